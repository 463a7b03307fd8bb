//! Subscriptions: who listens, to what, within which bounds.
//!
//! A [`Subscription`] is a lease: as long as it lives, its bit is set in the gates of the tracepoints that
//! match. The drain copies their events into batches, which wait in a bounded queue.

mod batch;
mod choice;
mod error;
mod events;
mod feed;
mod feeds;
mod pattern;
mod policy;
mod stats;

use std::sync::Arc;
use std::time::Duration;

pub use batch::{Batch, Gap};
pub use error::SubscribeError;
pub use events::EventBytes;
pub use policy::Policy;
pub use stats::{SubscriptionStats, TracepointStats};

pub(crate) use batch::bytes_of;
pub(crate) use feed::Arriving;
pub(crate) use feeds::Feeds;

use batch::Queue;
use choice::Choice;
use feed::{Bounds, Feed};
use pattern::Patterns;

use crate::drain::{self, Until};
use crate::gate::Stamp;
use crate::{Tracepoint, clock, control, pool};

/// Events of some tracepoints, on their way to one reader. Dropping it switches the probes off that
/// nobody else listens to.
///
/// Somebody has to drive the drain: an exporter does, or [`drain::pass`] does it once.
///
/// ```
/// use tracepoints::{Subscription, drain, tracepoint, wire::Frames};
///
/// tracepoint!(doc::step, number: u32 = 0); // nobody listens yet
/// let mut subscription = Subscription::builder().pattern("doc:*").start()?;
/// tracepoint!(doc::step, number: u32 = 1);
/// drain::pass();
/// let batch = subscription.next_batch().expect("an event");
/// assert_eq!(Frames::new(&batch.events).count(), 1);
/// # Ok::<(), tracepoints::SubscribeError>(())
/// ```
#[derive(Debug)]
pub struct Subscription {
    /// `None` once closed.
    lease: Option<Lease>,
    queue: Arc<Queue>,
    /// The counts at the end.
    last: SubscriptionStats,
}

/// The slot of a subscription, and its generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) slot: usize,
    pub(crate) owner: Stamp,
}

/// What a new [`Subscription`] wants.
///
/// ```
/// use tracepoints::Subscription;
///
/// let refused = Subscription::builder().pattern("nobody:*").queue_bytes(1 << 20).start();
/// assert!(refused.unwrap_err().to_string().contains("nobody:*"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it is started"]
pub struct SubscriptionBuilder {
    patterns: Vec<String>,
    choice: Choice,
    bounds: Bounds,
    allow_empty: bool,
}

const QUEUE_BYTES: usize = 16 << 20;
/// Above what a pass takes of the rings, with what small events get on the way: so a pass is a batch.
const BATCH_BYTES: usize = 448 << 10;
/// Bounds of the bounds: they may come from another process.
const MIN_BATCH_BYTES: usize = 4 << 10;
const MAX_BATCH_BYTES: usize = 1 << 20;
const MAX_QUEUE_BYTES: usize = 1 << 30;

/// Full batches in a queue. Each has a place from the start, so they may not be small in a long one.
const MAX_BATCHES: usize = 4096;

impl Subscription {
    /// Starts to describe a subscription.
    pub fn builder() -> SubscriptionBuilder {
        SubscriptionBuilder {
            patterns: Vec::new(),
            choice: Choice::default(),
            bounds: Bounds {
                queue_bytes: QUEUE_BYTES,
                batch_bytes: BATCH_BYTES,
                flush: Duration::ZERO,
                policy: Policy::default(),
            },
            allow_empty: false,
        }
    }

    /// The oldest batch that waits.
    pub fn next_batch(&mut self) -> Option<Batch> {
        self.queue.pop()
    }

    /// Seals the batch that is being filled, however little is in it.
    pub(crate) fn seal(&mut self) {
        let mut control = control::lock();
        if let Some(feed) = self.lease.and_then(|lease| control.feeds.of(lease)) {
            feed.finish(false);
        }
    }

    /// Gives the memory of a batch back, to be used again.
    pub fn recycle(&mut self, batch: Batch) {
        self.queue.recycle(batch);
    }

    /// Replaces the patterns. Events of tracepoints that match before and after go on without a gap.
    ///
    /// # Errors
    ///
    /// A pattern is not sound, or matches nothing, or a tracepoint for which the subscription's predicate makes
    /// no sense. The patterns are then as before.
    pub fn update(&mut self, patterns: &[impl AsRef<str>]) -> Result<(), SubscribeError> {
        let patterns = Patterns::new(patterns.iter().map(|pattern| pattern.as_ref().to_owned()).collect())?;
        let mut control = control::lock();
        patterns.check(control.registry())?;
        let (registry, feeds, _) = control.parts();
        match self.lease.and_then(|lease| feeds.with_selectors(lease)) {
            Some((feed, selectors)) => {
                feed.choice().check(patterns.of(registry), selectors)?;
                feed.change(patterns, registry, selectors);
                Ok(())
            }
            None => Err(SubscribeError::Closed),
        }
    }

    /// The tracepoints that it listens to now.
    pub fn tracepoints(&self) -> Vec<&'static Tracepoint> {
        let mut control = control::lock();
        let (registry, feeds, _) = control.parts();
        let Some(feed) = self.lease.and_then(|lease| feeds.of(lease)) else { return Vec::new() };
        let entries = registry.entries().iter().enumerate();
        entries.filter(|(index, _)| feed.wants(*index)).map(|(_, entry)| entry.tracepoint()).collect()
    }

    /// The counts so far: of what the drain has seen. Losses in probes are counted as of now.
    pub fn stats(&self) -> SubscriptionStats {
        let mut control = control::lock();
        let (registry, feeds, _) = control.parts();
        match self.lease.and_then(|lease| feeds.of(lease)) {
            Some(feed) => {
                feed.note_losses(registry);
                feed.stats(registry)
            }
            None => SubscriptionStats { queued_bytes: self.queue.bytes(), ..self.last.clone() },
        }
    }

    /// Bytes of events in batches that wait.
    pub fn queued_bytes(&self) -> usize {
        self.queue.bytes()
    }

    /// Switches the probes off and collects what was fired before. What waits can still be taken with
    /// [`next_batch`](Self::next_batch). Returns the final counts.
    pub fn close(&mut self) -> SubscriptionStats {
        let Some(lease) = self.lease.take() else { return self.stats() };
        let mut control = control::lock();
        let (registry, feeds, _) = control.parts();
        if let Some(feed) = feeds.of(lease) {
            feed.dismiss_all(registry);
        }
        drain::pass_locked(&mut control, Until::Empty);
        let (registry, feeds, drain) = control.parts();
        if let Some(mut feed) = feeds.remove(lease) {
            feed.note_losses(registry);
            feed.finish(true);
            self.last = feed.stats(registry);
        }
        if feeds.is_empty() {
            drain.idle();
        }
        self.last.clone()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let Some(lease) = self.lease.take() else { return };
        let mut control = control::lock();
        let (registry, feeds, _) = control.parts();
        let Some(mut feed) = feeds.remove(lease) else {
            // We are in a forked child, and it was the parent's. Whatever the queue was in the middle of
            // then, it is not touched.
            std::mem::forget(self.queue.clone());
            return;
        };
        feed.dismiss_all(registry);
        if feeds.is_empty() {
            // What is left in the rings is for nobody.
            drain::pass_locked(&mut control, Until::Empty);
            control.drain.idle();
        }
    }
}

impl SubscriptionBuilder {
    /// Adds a glob pattern over full names: `net:*`, `mempool:added`, `*:{added,removed}`.
    pub fn pattern(self, pattern: &str) -> Self {
        self.patterns([pattern])
    }

    /// Adds patterns.
    pub fn patterns(mut self, patterns: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.patterns.extend(patterns.into_iter().map(|pattern| pattern.as_ref().to_owned()));
        self
    }

    /// Wants only events that match a predicate over their fields: see [`Filter`](crate::Filter). It is looked
    /// at by the thread that fires the event, before anything is copied; others are counted as `filtered`.
    ///
    /// ```
    /// use tracepoints::{Subscription, drain, tracepoint};
    ///
    /// tracepoint!(doc::message, size: u64 = 0); // nobody listens yet
    /// let mut large = Subscription::builder().pattern("doc:message").filter("size > 1000").start()?;
    /// tracepoint!(doc::message, size: u64 = 7);
    /// tracepoint!(doc::message, size: u64 = 7_000);
    /// let counts = large.close().tracepoints[0];
    /// assert_eq!((counts.offered, counts.delivered, counts.filtered), (2, 1, 1));
    /// # Ok::<(), tracepoints::SubscribeError>(())
    /// ```
    pub fn filter(mut self, predicate: &str) -> Self {
        self.choice.filter = Some(predicate.parse());
        self
    }

    /// Wants one of `every` events that match, of each tracepoint, beginning with the first. The others are
    /// counted as `sampled_out`. 0 and 1: all.
    pub fn sample(mut self, every: u32) -> Self {
        self.choice.every = every;
        self
    }

    /// Wants at most so many events in each second of the clock, of each tracepoint. The others are counted as
    /// `sampled_out`. 0: all.
    pub fn rate(mut self, per_second: u32) -> Self {
        self.choice.rate = per_second;
        self
    }

    /// Bytes of events that may wait, 1 GiB at most. What does not fit is lost and counted. Default: 16 MiB.
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.bounds.queue_bytes = bytes.min(MAX_QUEUE_BYTES);
        self
    }

    /// What is lost when the queue is full. Default: what comes then.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.bounds.policy = policy;
        self
    }

    /// Bytes at which a batch is full, from 4 KiB to 1 MiB, and no less than a 4096th of what may wait. A larger
    /// event has a batch of its own. Default: 448 KiB.
    pub fn batch_bytes(mut self, bytes: usize) -> Self {
        self.bounds.batch_bytes = bytes.clamp(MIN_BATCH_BYTES, MAX_BATCH_BYTES);
        self
    }

    /// How long an event may wait for its batch to fill. Default: no longer than the next pass.
    pub fn flush_interval(mut self, interval: Duration) -> Self {
        self.bounds.flush = interval;
        self
    }

    /// Whether a pattern may match nothing, as its tracepoint may be registered later.
    pub fn allow_empty(mut self, allow: bool) -> Self {
        self.allow_empty = allow;
        self
    }

    /// Opens the gates.
    ///
    /// # Errors
    ///
    /// A pattern is not sound or matches nothing, the predicate makes no sense for a tracepoint that matches, or
    /// there are as many subscriptions as there can be.
    pub fn start(self) -> Result<Subscription, SubscribeError> {
        let mut bounds = self.bounds;
        bounds.batch_bytes = bounds.batch_bytes.max(bounds.queue_bytes / MAX_BATCHES);
        let patterns = Patterns::new(self.patterns)?;
        // All that a probe needs, before a gate is open.
        clock::choose();
        let pool = pool::make();
        let mut control = control::lock();
        if !self.allow_empty {
            patterns.check(control.registry())?;
        }
        let queue = Arc::new(Queue::new(bounds.queue_bytes, bounds.batch_bytes));
        control.refresh();
        let (registry, feeds, drain) = control.parts();
        self.choice.check(patterns.of(registry), feeds.selectors())?;
        let slot = feeds.free_slot()?;
        if feeds.is_empty() {
            drain.wake_up(pool);
        }
        // Gates of the slot's last owner are closed: see `gate` for the order.
        let lease = Lease { slot, owner: control::GENERATION.next() };
        let mut feed = Feed::new(lease, patterns, self.choice, bounds, queue.clone());
        for (index, entry) in registry.entries().iter().enumerate() {
            feed.admit(index, entry, feeds.selectors());
        }
        feeds.insert(feed);
        Ok(Subscription { lease: Some(lease), queue, last: SubscriptionStats::default() })
    }
}
