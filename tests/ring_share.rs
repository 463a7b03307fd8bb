//! A thread that floods does not silence the others. The pool is made small, so the test is alone in its
//! binary.

mod common;

use common::Reader;
use tracepoints::pool::{self, Limits};
use tracepoints::{Event, Subscription, tracepoint};

#[derive(Event)]
#[event(provider = "share")]
struct Flood {
    number: u64,
}

#[derive(Event)]
#[event(provider = "share")]
struct Quiet {
    number: u64,
}

#[test]
fn a_flood_from_one_thread_takes_its_share_of_the_pool_and_no_more() {
    const CHUNK: usize = 64 << 10;
    pool::set_limits(Limits { pool_bytes: 8 * CHUNK, thread_bytes: 4 * CHUNK, ..Limits::default() }).unwrap();
    let mut subscription = Subscription::builder().pattern("share:*").start().unwrap();
    // Both threads keep their rings for the length of the test.
    for number in 0..100_000 {
        tracepoint!(Flood { number });
    }
    assert_eq!(pool::stats().used_bytes, 4 * CHUNK);
    std::thread::scope(|scope| {
        let quiet = || (0..1_000).for_each(|number| tracepoint!(Quiet { number }));
        scope.spawn(quiet).join().unwrap();
    });
    let mut reader = Reader::default();
    let stats = {
        reader.drain(&mut subscription, |_| {});
        subscription.stats()
    };
    let of = |name: &str| {
        *stats.tracepoints.iter().find(|it| it.tracepoint.descriptor().name == name).expect("it was fired")
    };
    assert_eq!((of("quiet").delivered, of("quiet").lost.total()), (1_000, 0));
    assert_eq!(of("flood").delivered + of("flood").lost.ring_full, 100_000);
    assert!(of("flood").lost.ring_full > 0);
    reader.finish(subscription, |_| unreachable!());
}
