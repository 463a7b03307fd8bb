//! As many subscriptions as there can be; all of them are used, so the test is alone in its binary.

mod common;

use common::Reader;
use tracepoints::{Event, SubscribeError, Subscription, enabled, tracepoint};

#[derive(Event)]
#[event(provider = "slots")]
struct Step {
    number: u32,
}

fn start() -> Result<Subscription, SubscribeError> {
    Subscription::builder().pattern("slots:step").start()
}

#[test]
fn all_slots_can_be_used_at_once_and_again() {
    const LIMIT: usize = 31;
    let mut all: Vec<_> = (0..LIMIT).map(|_| (start().unwrap(), Reader::default())).collect();
    assert_eq!(start().unwrap_err(), SubscribeError::TooMany { limit: LIMIT });

    // Everyone gets it once, in all rounds, whoever had the slot before.
    for round in 0..3 * LIMIT {
        tracepoint!(Step { number: round as u32 });
        drop(all.remove(round % LIMIT));
        all.push((start().unwrap(), Reader::default()));
        tracepoint!(Step { number: 1000 + round as u32 });
        for (place, (subscription, reader)) in all.iter_mut().enumerate() {
            let mut numbers = Vec::new();
            reader.drain(subscription, |event| numbers.push(event.payload.u32(0)));
            let newest = place == LIMIT - 1;
            let expected = if newest { vec![1000 + round] } else { vec![round, 1000 + round] };
            assert_eq!(numbers, expected.iter().map(|number| *number as u32).collect::<Vec<_>>());
        }
        assert_eq!(start().unwrap_err(), SubscribeError::TooMany { limit: LIMIT });
    }
    assert!(enabled!(Step));
    drop(all);
    assert!(!enabled!(Step));
}
