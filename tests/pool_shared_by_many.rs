//! A pool with no chunk to spare: every thread has one, and goes on when the drain has read it. The pool
//! is made small, so the test is alone in its binary.

use std::sync::Barrier;

use tracepoints::pool::{self, Limits};
use tracepoints::{Event, capture, tracepoint};

#[derive(Event)]
#[event(provider = "shared")]
struct Fired<'a> {
    number: u64,
    data: &'a [u8],
}

#[test]
fn threads_that_have_a_chunk_each_are_not_silent_for_ever() {
    const THREADS: usize = 4;
    pool::set_limits(Limits { pool_bytes: THREADS << 16, thread_bytes: 1 << 16, ..Limits::default() })
        .unwrap();
    let mut seen = capture("shared:fired");
    let barrier = Barrier::new(THREADS + 1);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for round in 0..10 {
                    // Less than a chunk, more than half of one.
                    (0..300).for_each(|number| {
                        tracepoint!(Fired { number: round * 300 + number, data: &[0; 100] })
                    });
                    barrier.wait();
                    barrier.wait();
                }
            });
        }
        let arrived: Vec<_> = (0..10)
            .map(|_| {
                barrier.wait();
                let arrived = seen.take().len();
                barrier.wait();
                arrived
            })
            .collect();
        assert!(arrived.iter().all(|arrived| *arrived > 0), "in each round: {arrived:?}");
    });
}
