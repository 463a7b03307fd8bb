//! Threads that the standard library does not know fire like any other. Rings are counted, so the test is
//! alone in its binary.
#![cfg(unix)]

mod common;

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use common::{Reader, Watchdog};
use tracepoints::{Event, Subscription, pool, tracepoint};

#[derive(Event)]
#[event(provider = "foreign")]
struct Fired {
    number: u64,
}

static FIRED: AtomicU64 = AtomicU64::new(0);

extern "C" fn run(_: *mut c_void) -> *mut c_void {
    for _ in 0..100 {
        tracepoint!(Fired { number: FIRED.fetch_add(1, Ordering::Relaxed) });
    }
    ptr::null_mut()
}

/// Runs a thread to its end.
fn spawn_and_join() {
    let mut thread = std::mem::MaybeUninit::uninit();
    // SAFETY: `run` needs no argument; the thread is joined, so its number is good until then.
    unsafe {
        assert_eq!(libc::pthread_create(thread.as_mut_ptr(), ptr::null(), run, ptr::null_mut()), 0);
        assert_eq!(libc::pthread_join(thread.assume_init(), ptr::null_mut()), 0);
    }
}

#[test]
fn threads_made_by_the_system_alone_fire_and_leave_nothing_behind() {
    let _watchdog = Watchdog::over("foreign threads");
    let subscription = Subscription::builder().pattern("foreign:*").start().unwrap();
    (0..10).for_each(|_| spawn_and_join());
    assert_eq!(pool::stats().rings, 0);
    let mut reader = Reader::default();
    let mut numbers = Vec::new();
    reader.finish(subscription, |event| numbers.push(event.payload.u64(0)));
    assert_eq!(numbers, (0..1_000).collect::<Vec<_>>());
    assert_eq!(reader.threads.len(), 10);
    assert_eq!(pool::stats().used_bytes, 0);
}
