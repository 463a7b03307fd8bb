//! What became of the events of a subscription.

use crate::{Lost, Tracepoint};

/// What became of the events of one tracepoint, for one subscription:
/// `offered = delivered + filtered + sampled_out + lost`.
///
/// ```
/// use tracepoints::{Subscription, tracepoint};
///
/// tracepoint!(doc::step, number: u32 = 0); // nobody listens yet
/// let mut subscription = Subscription::builder().pattern("doc:step").start()?;
/// tracepoint!(doc::step, number: u32 = 1);
/// let stats = subscription.close();
/// assert_eq!(stats.tracepoints[0].offered, 1);
/// assert_eq!(stats.tracepoints[0].delivered, 1);
/// # Ok::<(), tracepoints::SubscribeError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TracepointStats {
    /// The tag of its events.
    pub tag: u16,
    /// The tracepoint.
    pub tracepoint: &'static Tracepoint,
    /// Fired while the subscription was there.
    pub offered: u64,
    /// Put into batches.
    pub delivered: u64,
    /// Their bytes, as messages.
    pub delivered_bytes: u64,
    /// Did not match the subscription's predicate.
    pub filtered: u64,
    /// Left out by sampling or the rate limit.
    pub sampled_out: u64,
    /// Lost, by cause.
    pub lost: Lost,
}

/// What became of the events of a subscription.
#[derive(Debug, Clone, Default)]
pub struct SubscriptionStats {
    /// One for each tracepoint that matched at any time.
    pub tracepoints: Vec<TracepointStats>,
    /// Bytes of events that wait now.
    pub queued_bytes: usize,
    /// The bound of it.
    pub queue_bytes: usize,
}

impl SubscriptionStats {
    /// What all tracepoints together lost.
    ///
    /// ```
    /// assert_eq!(tracepoint_core::SubscriptionStats::default().lost().total(), 0);
    /// ```
    pub fn lost(&self) -> Lost {
        self.tracepoints.iter().fold(Lost::default(), |sum, tracepoint| sum + tracepoint.lost)
    }
}

/// The counts that the drain keeps, by registry index.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Whether the patterns ever matched.
    pub(crate) matched: bool,
    pub(crate) delivered: u64,
    pub(crate) delivered_bytes: u64,
    pub(crate) queue_full: u64,
    /// What the probes' counters said when they were last read, all sites together.
    pub(crate) probes: Lost,
}

impl Counts {
    pub(crate) fn lost(&self) -> Lost {
        Lost { queue_full: self.queue_full, ..self.probes }
    }

    pub(crate) fn offered(&self) -> u64 {
        self.delivered + self.lost().total()
    }
}
