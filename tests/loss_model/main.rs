//! The loss equation against a model: whatever threads fire, and whatever subscriptions want, read or never
//! read, each event is accounted for, once, where it belongs.
//!
//! The model knows what was fired from logs that the threads keep, each event before it is fired. Events that
//! are fired while a subscription is made or closed may count or not; then the model gives a range.
//!
//! The pool is small, so the test is alone in its binary.

#[path = "../common/mod.rs"]
mod common;

mod events;
mod log;
mod plan;
mod predicate;
mod run;
mod watched;

use std::sync::Arc;

use common::Watchdog;
use events::FireNested;
use proptest::prelude::*;
use tracepoints::pool::{self, Limits};

/// Chunks of 64 KiB: a few threads use them up.
const CHUNKS: usize = 10;

/// What is larger is `too_large`.
const EVENT_BYTES: usize = 180_000;

fn make_the_pool_small() {
    let limits = Limits {
        pool_bytes: CHUNKS << 16,
        thread_bytes: 4 << 16,
        event_bytes: EVENT_BYTES,
        referenced_bytes: 400_000,
        ..Limits::default()
    };
    pool::set_limits(limits).expect("nobody listened yet");
    pool::set_waker(Some(Arc::new(FireNested)));
}

/// Not `proptest!`, as the limits are set once.
#[test]
fn every_event_is_delivered_or_counted_where_it_belongs() {
    make_the_pool_small();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(plan in plan::plan())| {
        let _watchdog = Watchdog::over("the model of losses");
        run::run(&plan);
    });
    assert_eq!(pool::stats().used_referenced_bytes, 0, "all that was lent is given back");
}
