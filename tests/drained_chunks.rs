//! A chunk that the drain has read is written again; one that it has not is never, whatever it was before.
//! How many chunks are in use is looked at, so the test is alone in its binary.

mod common;

use common::Reader;
use tracepoints::pool::{self, Limits};
use tracepoints::{Event, Subscription, drain, tracepoint};

#[derive(Event)]
#[event(provider = "drained")]
struct Fired {
    number: u64,
}

/// Fires until a second chunk is needed: how many events the first one holds.
fn events_of_a_chunk() -> u64 {
    let one = pool::stats().used_bytes;
    tracepoint!(Fired { number: 0 });
    let held = pool::stats().used_bytes;
    assert!(held > one);
    (1..)
        .find(|number| {
            tracepoint!(Fired { number: *number });
            pool::stats().used_bytes > held
        })
        .expect("a chunk is not endless")
}

#[test]
fn a_chunk_that_comes_back_is_not_taken_for_drained() {
    pool::set_limits(Limits { pool_bytes: 16 << 20, thread_bytes: 12 << 20, ..Limits::default() }).unwrap();
    let mut subscription =
        Subscription::builder().pattern("drained:*").queue_bytes(64 << 20).start().unwrap();
    let mut reader = Reader::default();
    let chunk = std::thread::spawn(events_of_a_chunk).join().unwrap();
    reader.drain(&mut subscription, |_| {});

    // In a new thread, whose ring begins with a chunk of its own.
    let mut numbers = Vec::new();
    let fired = std::thread::scope(|scope| {
        let firing = scope.spawn(|| {
            let mut next = 0;
            let mut fire = |count: u64| {
                (0..count).for_each(|_| {
                    tracepoint!(Fired { number: next });
                    next += 1;
                });
            };
            // The drain comes to rest at the end of a full chunk,
            fire(chunk);
            reader.drain(&mut subscription, |event| numbers.push(event.payload.u64(0)));
            // then gives that chunk back without a rest, as there is always more than one poll takes.
            for _ in 0..20 {
                fire(12 * chunk);
                assert!(drain::poll().more, "the drain comes to rest");
                reader.read_waiting(&mut subscription, |event| numbers.push(event.payload.u64(0)));
            }
            // When a thread finds no other chunk, it looks at whether its own was read.
            fire(200 * chunk);
            for _ in 0..20 {
                assert!(drain::poll().more, "the drain comes to rest");
                reader.read_waiting(&mut subscription, |event| numbers.push(event.payload.u64(0)));
                fire(12 * chunk);
            }
            next
        });
        firing.join().unwrap()
    });
    reader.finish(subscription, |event| numbers.push(event.payload.u64(0)));
    // Until then, nothing was lost.
    let without_a_loss = chunk + 20 * 12 * chunk;
    assert!(numbers.iter().zip(0..without_a_loss).all(|(number, expected)| *number == expected));
    assert!(numbers.is_sorted_by(|number, next| number < next));
    let lost = reader.losses();
    assert!(lost.ring_full > 0 && lost.total() == lost.ring_full, "{lost:?}");
    assert_eq!(numbers.len() as u64 + lost.ring_full, fired);
    assert!(numbers.len() as u64 > without_a_loss);
}
