//! A process forks while its other threads fire, and drain: whatever they were in the middle of, the child
//! does not hang, and can be traced.
#![cfg(unix)]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};

use common::{StopOnDrop, Watchdog, fork};
use tracepoints::pool::{self, Limits};
use tracepoints::{Event, capture, drain, enabled, tracepoint};

#[derive(Event)]
#[event(provider = "busy")]
struct Step {
    number: u64,
}

#[test]
fn a_child_of_a_busy_process_does_not_hang() {
    let _watchdog = Watchdog::over("a child of a busy process");
    pool::set_limits(Limits { pool_bytes: 4 << 20, thread_bytes: 1 << 20, ..Limits::default() }).unwrap();
    let _seen = capture("busy:step");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    drain::pass();
                }
            });
        }
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                tracepoint!(Step { number: 0 });
                // New threads, whose rings are new to the drain.
                std::thread::spawn(|| tracepoint!(Step { number: 1 })).join().unwrap();
            }
        });
        let _stop = StopOnDrop(&stop);
        for _ in 0..100 {
            fork(
                || {
                    assert!(!enabled!(Step));
                    let mut own = capture("busy:step");
                    tracepoint!(Step { number: 2 });
                    assert_eq!(own.take().len(), 1);
                },
                || {},
            );
        }
    });
}
