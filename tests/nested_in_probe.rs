//! Events fired while their thread writes one: dropped, and counted. The waker is the one place where a
//! probe calls out in the middle of its work; it is process-wide, so the test is alone in its binary.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use common::Reader;
use tracepoints::pool::{self, Limits, Wake};
use tracepoints::{Event, Lost, Subscription, drain, tracepoint};

#[derive(Event)]
#[event(provider = "inside")]
struct Outer<'a> {
    number: u64,
    data: &'a [u8],
}

#[derive(Event)]
#[event(provider = "inside")]
struct Nested {
    number: u64,
}

static WOKEN: AtomicU64 = AtomicU64::new(0);

/// Fires an event within the probe that calls it.
struct Fire;

impl Wake for Fire {
    fn wake(&self) {
        tracepoint!(Nested { number: WOKEN.fetch_add(1, Ordering::Relaxed) });
    }
}

#[test]
fn events_fired_inside_a_probe_are_lost_as_nested_and_nothing_else_is() {
    pool::set_limits(Limits { pool_bytes: 1 << 20, thread_bytes: 1 << 20, ..Limits::default() }).unwrap();
    pool::set_waker(Some(Arc::new(Fire)));
    let mut subscription = Subscription::builder().pattern("inside:*").start().unwrap();
    let mut reader = Reader::default();
    let mut numbers = Vec::new();
    let data = [0; 1_000];
    for round in 0..10u64 {
        // More than half of the pool, which is when the drain is to be woken: once for each pass.
        for number in 0..700 {
            tracepoint!(Outer { number: round * 700 + number, data: &data });
        }
        assert_eq!(WOKEN.load(Ordering::Relaxed), round + 1);
        reader.drain(&mut subscription, |event| numbers.push(event.payload.u64(0)));
        assert_eq!(reader.losses(), Lost { nested: round + 1, ..Lost::default() });
    }
    assert_eq!(numbers, (0..7_000).collect::<Vec<_>>());

    // Outside of a probe, the same event is delivered.
    tracepoint!(Nested { number: 1 });
    reader.drain(&mut subscription, |event| numbers.push(event.payload.u64(0)));
    assert_eq!(numbers.len(), 7_001);
    reader.finish(subscription, |_| unreachable!());

    // Nobody listens: nobody is woken.
    pool::set_waker(None);
    tracepoint!(Outer { number: 0, data: &data });
    drain::pass();
    assert_eq!(WOKEN.load(Ordering::Relaxed), 10);
}
