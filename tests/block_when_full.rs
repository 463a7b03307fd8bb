//! A program that would rather wait than lose events does not lose any, as long as somebody drains. The limits
//! are those of the process, so the test is alone in its binary.

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use common::Reader;
use tracepoints::pool::{self, Limits, WhenFull};
use tracepoints::{Subscription, tracepoint};

const EVENTS: u64 = 200_000;

#[test]
fn threads_wait_for_the_drain_and_nothing_is_lost() {
    let limits = Limits {
        pool_bytes: 512 << 10,
        thread_bytes: 256 << 10,
        referenced_bytes: 1 << 20,
        // Far more than a drain takes, however busy the machine is.
        when_full: WhenFull::Block { timeout: Duration::from_secs(60) },
        ..Limits::default()
    };
    pool::set_limits(limits).unwrap();
    let mut subscription = Subscription::builder().pattern("patient:*").queue_bytes(1 << 30).start().unwrap();
    let mut reader = Reader::default();
    let done = AtomicBool::new(false);
    let mut counts = [0u64; 3];
    thread::scope(|scope| {
        let producers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let shared: std::sync::Arc<[u8]> = vec![7; 4_000].into();
                    for number in 0..EVENTS {
                        tracepoint!(patient::small, number: u64 = number);
                        if number % 1_000 == 0 {
                            // Over several chunks, and by reference.
                            tracepoint!(patient::large, data: &[u8] = &[1; 100_000]);
                            tracepoint!(patient::shared, data: std::sync::Arc<[u8]> = shared.clone());
                        }
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            producers.into_iter().for_each(|producer| producer.join().unwrap());
            done.store(true, Ordering::Release);
        });
        loop {
            let last = done.load(Ordering::Acquire);
            reader.drain(&mut subscription, |event| match event.payload.data(0).map_or(0, <[u8]>::len) {
                0 => counts[0] += 1,
                4_000 => counts[1] += 1,
                _ => counts[2] += 1,
            });
            if last {
                break;
            }
        }
    });
    let stats = subscription.close();
    assert_eq!(stats.lost().total(), 0, "{stats:?}");
    assert_eq!(counts, [2 * EVENTS, 2 * EVENTS / 1_000, 2 * EVENTS / 1_000]);

    // A thread that drives the drain must not wait for itself.
    let mut subscription = Subscription::builder().pattern("patient:*").start().unwrap();
    for number in 0..EVENTS {
        tracepoint!(patient::small, number: u64 = number);
    }
    assert!(subscription.close().lost().ring_full > 0);
}
