//! Events as calls of capnp-rpc, without this library.

use tracepoint_benches::harness::Run;
use tracepoint_benches::peers::calls;
pub use tracepoint_benches::peers::calls::{Form, SINK, sink};

use super::workload::Workload;

/// Starts a reader, and sends it so many events.
pub fn start(workload: Workload, form: Form) -> Run {
    let mut caller = calls::Caller::start(workload.payload());
    Box::new(move |events| {
        let (time, seen) = caller.send(form, events);
        assert_eq!(seen, workload.expected(events));
        time
    })
}
