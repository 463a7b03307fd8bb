//! The most memory that can be taken: nobody reads, and the rings and the queue are full.

use tracepoint_benches::harness::Figures;
use tracepoint_benches::platform::resident;
use tracepoint_benches::workload::{NAME, fire_small};
use tracepoints::pool::{self, Limits};
use tracepoints::{Subscription, drain};

pub const GROUPS: &[&str] = &["memory/rings", "memory/all"];

const POOL: usize = 16 << 20;
const QUEUE: usize = 8 << 20;
/// Of the batch that is being filled.
const BATCH: usize = 448 << 10;

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

pub fn predicted() -> Figures {
    vec![("memory/rings", megabytes(POOL)), ("memory/all", megabytes(POOL + QUEUE + BATCH))]
}

pub fn measured() -> Figures {
    let before = resident().expect("looked at on Linux alone");
    let limits = Limits { pool_bytes: POOL, thread_bytes: POOL, ..Limits::default() };
    pool::set_limits(limits).expect("nobody listened yet");
    let subscription =
        Subscription::builder().pattern("bench:*").queue_bytes(QUEUE).start().expect("a subscription");
    // Events of about 100 bytes, ten times as many as there is room for.
    for _ in 0..10 {
        (0..POOL as u64 / 100).for_each(|id| fire_small(id, NAME));
        if subscription.stats().lost().queue_full == 0 {
            drain::pass();
        }
    }
    (0..POOL as u64 / 50).for_each(|id| fire_small(id, NAME));
    let lost = subscription.stats().lost();
    assert!(lost.ring_full > 0 && lost.queue_full > 0, "not everything is full: {lost:?}");
    let grown = resident().expect("as before").saturating_sub(before);
    vec![("memory/rings", megabytes(pool::stats().used_bytes)), ("memory/all", megabytes(grown as usize))]
}
