//! From process to process, end to end: nothing may be lost, and the process at the other end decodes and
//! checks every event, except in the first limit row. The limits and peers only send ready-made values; our
//! row fires, drains and sends.

#[cfg(unix)]
mod batches;
#[cfg(unix)]
mod calls;
mod ours;
mod workload;

use tracepoint_benches::child::Role;
use tracepoint_benches::client::{self, CLIENT};
use tracepoint_benches::harness::{Harness, Row, Timing, timed};

use workload::Workload;

/// What only works where there are Unix sockets: the limits, and capnp-rpc alone.
#[cfg(unix)]
fn others(workload: Workload) -> Vec<Row> {
    use batches::Decoded;
    use calls::Form;
    vec![
        timed("limit: ready 64 KiB batches on a Unix socket", move || batches::start(workload, Decoded::No)),
        timed("the same, decoded by hand", move || batches::start(workload, Decoded::Yes)),
        timed("capnp-rpc, list of 100 events a call", move || calls::start(workload, Form::List)),
        timed("capnp-rpc, stream of one event a call", move || calls::start(workload, Form::Stream)),
        timed("capnp-rpc, one event a call, awaited", move || calls::start(workload, Form::Each)),
    ]
}

#[cfg(not(unix))]
fn others(_: Workload) -> Vec<Row> {
    tracepoint_benches::harness::leave_out(
        "export: the limits and capnp-rpc alone need Unix sockets, and are left out",
    );
    Vec::new()
}

const ROLES: &[Role] = &[
    (CLIENT, client::run),
    #[cfg(unix)]
    (batches::SINK, batches::sink),
    #[cfg(unix)]
    (calls::SINK, calls::sink),
];

fn main() {
    let mut harness = Harness::new(env!("CARGO_TARGET_TMPDIR"), ROLES);
    for (group, workload) in [("export/S", Workload::S), ("export/P 1 kB", Workload::P1K)] {
        let mut rows = others(workload);
        rows.push(timed("tracepoint!, decoded and checked", move || ours::stream(workload)));
        harness.group(group, Timing::LONG, rows);
    }
    harness.group("export", Timing::LONG, ours::besides());
}
