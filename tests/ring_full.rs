//! A thread fires more than its ring may hold. The pool is made small, so the test is alone in its binary.

mod common;

use common::Reader;
use tracepoints::pool::{self, Limits, LimitsInUse};
use tracepoints::{Event, Lost, Subscription, tracepoint};

#[derive(Event)]
#[event(provider = "full")]
struct Fired<'a> {
    number: u64,
    data: &'a [u8],
}

#[derive(Event)]
#[event(provider = "full")]
struct Other {
    number: u64,
}

const CHUNK: usize = 64 << 10;
const CHUNKS: usize = 4;

fn fire(numbers: std::ops::Range<u64>, data: &[u8]) {
    numbers.for_each(|number| tracepoint!(Fired { number, data }));
}

/// The numbers that arrived.
fn drain(subscription: &mut Subscription, reader: &mut Reader) -> Vec<u64> {
    let mut numbers = Vec::new();
    reader.drain(subscription, |event| numbers.push(event.payload.u64(0)));
    numbers
}

#[test]
fn the_newest_events_are_lost_and_counted_and_the_ring_recovers() {
    let limits = Limits { pool_bytes: CHUNKS * CHUNK, thread_bytes: CHUNKS * CHUNK, ..Limits::default() };
    pool::set_limits(limits).unwrap();
    assert_eq!(pool::set_limits(limits), Err(LimitsInUse));
    assert_eq!(pool::stats().bytes, CHUNKS * CHUNK);
    let mut subscription = Subscription::builder().pattern("full:*").start().unwrap();
    let mut reader = Reader::default();

    // 10,000 events of at least 140 bytes do not fit 256 KiB.
    let data = [7; 100];
    let mut expected_losses = 0;
    for round in 0..4 {
        let start = round * 10_000;
        fire(start..start + 10_000, &data);
        assert_eq!(pool::stats().used_bytes, CHUNKS * CHUNK);
        let arrived = drain(&mut subscription, &mut reader);
        let count = arrived.len() as u64;
        assert!(count > 1_000 && count < 10_000, "{count}");
        assert_eq!(arrived, (start..start + count).collect::<Vec<_>>(), "the oldest, without a gap");
        expected_losses += 10_000 - count;
        assert_eq!(reader.losses(), Lost { ring_full: expected_losses, ..Lost::default() });
        assert_eq!(subscription.stats().lost(), reader.losses());
    }

    // As much as fits between two passes is never lost.
    for round in 0..100 {
        let start = 100_000 + round * 500;
        fire(start..start + 500, &data);
        assert_eq!(drain(&mut subscription, &mut reader), (start..start + 500).collect::<Vec<_>>());
    }

    // A large event finds too few chunks: it is lost whole, and the small ones behind it are not.
    let large = vec![1; 2 * CHUNK + 1_000];
    fire(200_000..200_600, &data);
    fire(200_600..200_601, &large);
    fire(200_601..200_610, &data);
    let numbers = drain(&mut subscription, &mut reader);
    assert_eq!(numbers, (200_000..200_600).chain(200_601..200_610).collect::<Vec<_>>());
    expected_losses += 1;
    assert_eq!(reader.losses(), Lost { ring_full: expected_losses, ..Lost::default() });

    // With the ring empty, it fits in what chunks there are.
    fire(300_000..300_001, &large);
    assert_eq!(drain(&mut subscription, &mut reader), [300_000]);

    // Losses are charged to the tracepoint that had them.
    fire(400_000..410_000, &data);
    tracepoint!(Other { number: 1 });
    for number in 0..10_000 {
        tracepoint!(Other { number });
    }
    drain(&mut subscription, &mut reader);
    let lost: Vec<_> = reader.lost.values().map(|lost| lost.ring_full).collect();
    assert!(lost.len() == 2 && lost[1] > 0, "{lost:?}");
    reader.finish(subscription, |_| unreachable!());
    assert_eq!(reader.next_sequence, 4 * 10_000 + 100 * 500 + 610 + 1 + 20_001);
}
