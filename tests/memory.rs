//! The pool is a bound, not a price: its memory is used as events need it, and given back when nobody
//! listens. What the process has is looked at, so the test is alone in its binary.
#![cfg(target_os = "linux")]

use tracepoints::pool::{self, Limits};
use tracepoints::{Event, capture, tracepoint};

#[derive(Event)]
#[event(provider = "memory")]
struct Fired<'a> {
    data: &'a [u8],
}

/// Bytes of this process that are in memory.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("there is one for each process");
    let pages: usize = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number");
    // SAFETY: takes a number and returns one.
    pages * usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).expect("a size")
}

#[test]
fn memory_is_used_as_events_need_it_and_given_back() {
    const POOL: usize = 512 << 20;
    pool::set_limits(Limits {
        pool_bytes: POOL,
        thread_bytes: POOL,
        event_bytes: 1 << 20,
        ..Limits::default()
    })
    .unwrap();
    let before = resident();
    let seen = capture("memory:fired");
    let data = vec![1; 64_000];
    tracepoint!(Fired { data: &data });
    let listening = resident() - before;
    assert!(listening < POOL / 16, "{listening} bytes for one event");

    for _ in 0..2_000 {
        tracepoint!(Fired { data: &data });
    }
    let full = resident() - before;
    assert!(full > 2_000 * 64_000, "the events are somewhere");

    drop(seen);
    let after = resident().saturating_sub(before);
    assert!(after < full / 4, "{after} bytes are left of {full}");
}
