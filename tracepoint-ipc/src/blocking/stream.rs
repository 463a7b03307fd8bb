//! The events of one subscription.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::context::Context;
use crate::client::{self, CallError, StreamError};
use crate::events::{Batch, Catalog};
use crate::model::SubscriptionStats;

/// How long the process may take to hear that a stream was dropped.
const GOODBYE: Duration = Duration::from_millis(200);

/// A stream of batches; the blocking twin of [`EventStream`](crate::EventStream). Dropping it switches the
/// tracepoints off again.
///
/// As an iterator it ends after an error, or when the stream was stopped and everything was delivered.
///
/// ```no_run
/// use std::time::{Duration, Instant};
/// use tracepoint_ipc::{Request, blocking::Client};
///
/// let mut stream = Client::connect("my-node")?.subscribe(Request::new().pattern("net:*"))?;
/// let end = Instant::now() + Duration::from_secs(10);
/// while let Some(left) = end.checked_duration_since(Instant::now()) {
///     if let Some(batch) = stream.next_timeout(left)? {
///         println!("{} events", batch.count());
///     }
/// }
/// let (rest, stats) = stream.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct EventStream {
    // An option only so that it can be dropped before the process is told.
    stream: Option<client::EventStream>,
    client: client::Client,
    context: Rc<Context>,
    ended: bool,
}

impl EventStream {
    pub(super) fn new(stream: client::EventStream, client: client::Client, context: Rc<Context>) -> Self {
        Self { stream: Some(stream), client, context, ended: false }
    }

    fn stream(&self) -> &client::EventStream {
        self.stream.as_ref().expect("taken only by close and drop")
    }

    fn stream_mut(&mut self) -> (&mut client::EventStream, &Context) {
        (self.stream.as_mut().expect("taken only by close and drop"), &self.context)
    }

    /// The next batch, if one comes within `limit`. `Ok(None)`: none has come yet, or
    /// [`is_ended`](Self::is_ended).
    ///
    /// # Errors
    /// The stream has ended, though nobody asked for it.
    pub fn next_timeout(&mut self, limit: Duration) -> Result<Option<Batch>, StreamError> {
        let (stream, context) = self.stream_mut();
        match context.wait(async { timeout(limit, stream.next()).await }) {
            Err(_) => Ok(None),
            Ok(item) => {
                self.ended = !matches!(item, Some(Ok(_)));
                item.transpose()
            }
        }
    }

    /// Whether no more batches will come.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// The tags of the tracepoints that the patterns matched, when the stream was opened or last updated.
    #[must_use]
    pub fn matched(&self) -> &[u16] {
        self.stream().matched()
    }

    /// The tracepoints and types known so far; every batch has its own.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        self.stream().catalog()
    }

    /// The counts so far.
    ///
    /// # Errors
    /// The process has gone, or the stream has ended.
    pub fn stats(&self) -> Result<SubscriptionStats, CallError> {
        self.context.wait(self.stream().stats())
    }

    /// Replaces the patterns, without losing events of tracepoints that match before and after. Returns the tags
    /// of the tracepoints that match now.
    ///
    /// # Errors
    /// A pattern is wrong or matches nothing; then the stream goes on as before. Or the process has gone.
    pub fn update<P: Into<String>>(
        &mut self,
        patterns: impl IntoIterator<Item = P>,
    ) -> Result<&[u16], CallError> {
        let (stream, context) = self.stream_mut();
        context.wait(stream.update(patterns))
    }

    /// Asks the process to switch the tracepoints off and to send what was fired before. Go on reading until the
    /// stream ends; then [`final_stats`](Self::final_stats) are known.
    pub fn stop(&mut self) {
        let (stream, context) = self.stream_mut();
        context.wait(async { stream.stop() });
    }

    /// The counts at the end of a stream that was stopped.
    #[must_use]
    pub fn final_stats(&self) -> Option<&SubscriptionStats> {
        self.stream().final_stats()
    }

    /// Switches the tracepoints off, and returns what was fired before with the final counts.
    ///
    /// # Errors
    /// The process went before everything was delivered.
    pub fn close(mut self) -> Result<(Vec<Batch>, SubscriptionStats), StreamError> {
        let stream = self.stream.take().expect("taken only by close and drop");
        self.context.wait(stream.close())
    }
}

impl Iterator for EventStream {
    type Item = Result<Batch, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let (stream, context) = self.stream_mut();
        let item = context.wait(stream.next());
        self.ended = !matches!(item, Some(Ok(_)));
        item
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        // Inside another event loop we cannot wait; the process hears of it with the next call.
        if self.stream.take().is_some() && tokio::runtime::Handle::try_current().is_err() {
            // An answer says that the process has read everything before, so also that the stream is gone.
            let _ = self.context.wait(async { timeout(GOODBYE, self.client.info()).await });
        }
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.stream.fmt(f)
    }
}
