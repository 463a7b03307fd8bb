//! The largest event is what a thread may hold, if the limit for events is not lower. The pool is made
//! small, so the test is alone in its binary.

use tracepoints::pool::{self, Limits};
use tracepoints::{Event, Lost, capture, tracepoint};

#[derive(Event)]
#[event(provider = "largest")]
struct Fired<'a> {
    data: &'a [u8],
}

#[test]
fn an_event_that_never_fits_is_too_large() {
    const CHUNK: usize = 64 << 10;
    // Also: looking at the bounds does not settle them.
    let _ = pool::stats();
    let limits =
        Limits { pool_bytes: 16 * CHUNK, thread_bytes: 4 * CHUNK, event_bytes: 1 << 30, ..Limits::default() };
    pool::set_limits(limits).unwrap();
    let mut seen = capture("largest:fired");
    let data = vec![1; 8 * CHUNK];
    let mut lost = Lost::default();
    for len in (CHUNK..8 * CHUNK).step_by(1_000) {
        tracepoint!(Fired { data: &data[..len] });
        if seen.take().is_empty() {
            lost.too_large += 1;
        }
        assert_eq!(seen.stats().lost(), lost, "{len} bytes");
    }
    assert!(lost.too_large > 0);
}
