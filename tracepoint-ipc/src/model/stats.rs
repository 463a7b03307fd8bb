//! The counts of a subscription.

use tracepoint_core::Lost;

/// The counts of a subscription, by tracepoint.
///
/// ```
/// let stats = tracepoint_ipc::SubscriptionStats::default();
/// assert_eq!(stats.delivered() + stats.lost().total(), 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscriptionStats {
    /// One entry for each tracepoint that matches, or that ever offered an event.
    pub tracepoints: Vec<TracepointStats>,
    /// Bytes that wait in the traced process.
    pub queued_bytes: u64,
    /// The bound of `queued_bytes`.
    pub queue_bytes: u64,
}

impl SubscriptionStats {
    /// Events that were put into batches.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.tracepoints.iter().map(|tracepoint| tracepoint.delivered).sum()
    }

    /// Events lost, by cause.
    #[must_use]
    pub fn lost(&self) -> Lost {
        self.tracepoints.iter().fold(Lost::default(), |sum, tracepoint| sum + tracepoint.lost)
    }
}

/// The counts of one tracepoint in a subscription. `offered` is the sum of `delivered`, `filtered`,
/// `sampled_out` and all of `lost`.
///
/// ```
/// fn adds_up(counts: &tracepoint_ipc::TracepointStats) -> bool {
///     counts.offered == counts.delivered + counts.filtered + counts.sampled_out + counts.lost.total()
/// }
/// assert!(adds_up(&tracepoint_ipc::TracepointStats::default()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TracepointStats {
    /// The tracepoint.
    pub tag: u16,
    /// Hits while the subscription was on.
    pub offered: u64,
    /// Events put into batches.
    pub delivered: u64,
    /// Bytes of these events.
    pub delivered_bytes: u64,
    /// Hits that a predicate rejected.
    pub filtered: u64,
    /// Hits that sampling or a rate limit left out.
    pub sampled_out: u64,
    /// Events lost, by cause.
    pub lost: Lost,
}
