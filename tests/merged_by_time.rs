//! Events of several threads come in the order in which they were fired.

use std::sync::Barrier;

use tracepoints::{capture, clock, tracepoint};

#[test]
fn what_happened_before_in_another_thread_comes_before() {
    const THREADS: u64 = 3;
    const ROUNDS: u64 = 1_000;
    let mut seen = capture("merged:turn");
    let started = clock::now();
    let barrier = Barrier::new(THREADS as usize);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let barrier = &barrier;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    for turn in 0..THREADS {
                        if turn == thread {
                            tracepoint!(merged::turn, number: u64 = round * THREADS + turn);
                        }
                        barrier.wait();
                    }
                }
            });
        }
    });
    let events = seen.take();
    let ended = clock::now();
    let numbers: Vec<_> = events.iter().map(|event| event.raw().payload.u64(0)).collect();
    assert_eq!(numbers, (0..THREADS * ROUNDS).collect::<Vec<_>>());
    let times: Vec<_> = events.iter().map(|event| event.raw().time).collect();
    assert!(times.is_sorted(), "times go back");
    // On the clock that `now` reads, in its unit; how well they agree is another question.
    let slack = 1_000_000_000;
    assert!(times[0] + slack >= started && times[times.len() - 1] <= ended + slack);
}
