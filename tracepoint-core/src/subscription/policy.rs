//! What is lost when a queue is full.

/// What becomes of events when the queue of a subscription is full. What is lost is counted in either case.
///
/// ```
/// use tracepoints::{Policy, Subscription, drain, tracepoint};
///
/// tracepoint!(doc::recent, number: u64 = 0); // nobody listens yet
/// let mut recorder = Subscription::builder()
///     .pattern("doc:recent")
///     .policy(Policy::KeepNewest)
///     .queue_bytes(64 << 10)
///     .batch_bytes(4 << 10)
///     .start()?;
/// for number in 0..10_000 {
///     tracepoint!(doc::recent, number: u64 = number);
/// }
/// let counts = recorder.close().tracepoints[0];
/// assert_eq!(counts.delivered + counts.lost.queue_full, 10_000);
/// let batches: Vec<_> = std::iter::from_fn(|| recorder.next_batch()).collect();
/// let last = tracepoints::wire::Frames::new(&batches.last().unwrap().events).last().unwrap().unwrap();
/// assert_eq!(last.payload.u64(0), 9_999);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Policy {
    /// What comes is lost.
    #[default]
    DropNewest,
    /// What has waited longest is lost, a batch at a time: a flight recorder.
    KeepNewest,
}
