//! What a client asks for.

use std::time::Duration;

use tracepoint_core::Policy;

use crate::tracing_capnp::{self as wire, request};

/// Which events a client wants, and how.
///
/// ```
/// use std::time::Duration;
/// use tracepoint_ipc::Request;
///
/// let request = Request::new()
///     .patterns(["net:*", "mempool:added"])
///     .queue_bytes(16 << 20)
///     .flush_interval(Duration::from_millis(5));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "pass it to Client::subscribe"]
pub struct Request {
    patterns: Vec<String>,
    queue_bytes: u64,
    batch_bytes: u32,
    flush_nanos: u64,
    allow_empty: bool,
    filter: String,
    sample: u32,
    rate: u32,
    policy: Policy,
    without_schema: bool,
}

impl Request {
    /// Asks for nothing yet: at least one pattern is needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a pattern: a full name as in `net:ping`, with `*` for any number of characters.
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.patterns.push(pattern.into());
        self
    }

    /// Adds several patterns.
    pub fn patterns<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.patterns.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Bytes of events that may wait in the traced process, before it drops and counts new ones. The process has
    /// a default, and a limit.
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.queue_bytes = bytes as u64;
        self
    }

    /// Bytes at which a batch is sent. The process has a default, of about 448 KiB.
    pub fn batch_bytes(mut self, bytes: usize) -> Self {
        self.batch_bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self
    }

    /// The longest time that an event may wait in a batch that is not full. The process has a default.
    pub fn flush_interval(mut self, interval: Duration) -> Self {
        self.flush_nanos = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX).max(1);
        self
    }

    /// Whether a pattern may match no tracepoint that is registered yet. Otherwise that is an error, because it
    /// is most often a typing mistake.
    pub fn allow_empty(mut self, allow: bool) -> Self {
        self.allow_empty = allow;
        self
    }

    /// Wants only events that match a predicate over their fields, as `size > 1000 && message_type == "block"`:
    /// see [`Filter`](tracepoint_core::Filter). The process looks at it before it copies anything, and counts
    /// the others as `filtered`.
    pub fn filter(mut self, predicate: impl Into<String>) -> Self {
        self.filter = predicate.into();
        self
    }

    /// Wants one of `every` events that match, of each tracepoint. The process counts the others as
    /// `sampled_out`. 0 and 1: all.
    pub fn sample(mut self, every: u32) -> Self {
        self.sample = every;
        self
    }

    /// Wants at most so many events in a second, of each tracepoint. The process counts the others as
    /// `sampled_out`. 0: all.
    pub fn rate(mut self, per_second: u32) -> Self {
        self.rate = per_second;
        self
    }

    /// What is lost when the queue in the traced process is full. Default: what comes then.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// For readers that only use [`Event::get`](crate::Event::get): does not fetch the schema of the process.
    /// Then [`Event::fields`](crate::Event::fields) gives an error.
    pub fn without_schema(mut self) -> Self {
        self.without_schema = true;
        self
    }

    pub(super) fn wants_schema(&self) -> bool {
        !self.without_schema
    }

    pub(super) fn write(&self, mut to: request::Builder<'_>) {
        to.set_queue_bytes(self.queue_bytes);
        to.set_batch_bytes(self.batch_bytes);
        to.set_flush_nanos(self.flush_nanos);
        to.set_allow_empty(self.allow_empty);
        to.set_filter(&self.filter);
        to.set_sample(self.sample);
        to.set_rate(self.rate);
        to.set_policy(match self.policy {
            Policy::KeepNewest => wire::Policy::KeepNewest,
            _ => wire::Policy::DropNewest,
        });
        let mut list = to.init_patterns(crate::wire::write::len(&self.patterns));
        for (at, pattern) in (0..).zip(&self.patterns) {
            list.set(at, pattern);
        }
    }
}
