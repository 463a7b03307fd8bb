//! What a child inherits of its parent's subscriptions does nothing to its own.
#![cfg(unix)]

mod common;

use common::{Watchdog, fork};
use tracepoints::{Event, SubscribeError, Subscription, drain, enabled, tracepoint};

#[derive(Event)]
#[event(provider = "inherited")]
struct Step {
    number: u64,
}

#[derive(Event)]
#[event(provider = "inherited")]
struct Other {
    number: u64,
}

fn start(pattern: &str) -> Subscription {
    Subscription::builder().pattern(pattern).start().unwrap()
}

#[test]
fn a_subscription_of_the_parent_is_closed_in_the_child() {
    let _watchdog = Watchdog::over("what a child inherits");
    // Two, to try both ways to end them.
    let mut dropped = Some(start("inherited:step"));
    let mut closed = start("inherited:step");
    fork(
        || {
            // They get the slots that the parent's have.
            let mut first = start("inherited:step");
            let second = start("inherited:step");
            assert_eq!(dropped.as_mut().unwrap().update(&["inherited:other"]), Err(SubscribeError::Closed));
            assert!(!enabled!(Other));
            assert!(closed.tracepoints().is_empty());
            drop(dropped.take());
            closed.close();
            assert!(enabled!(Step));
            tracepoint!(Step { number: 7 });
            drain::pass();
            assert_eq!(first.next_batch().expect("an event").count, 1);
            drop(first);
            assert!(enabled!(Step));
            drop(second);
            assert!(!enabled!(Step));
        },
        || {},
    );
}
