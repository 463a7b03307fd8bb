//! Some events of a stream.

use std::sync::Arc;

use tracepoint_core::wire::Frames;
use tracepoint_core::{Gap, ThreadInfo};

use super::{Catalog, Event, EventError};
use crate::memory::Bytes;

/// Events in the order in which they were drained: by time, as far as the clock tells.
///
/// ```no_run
/// # fn f(batch: tracepoint_ipc::Batch) -> Result<(), tracepoint_ipc::EventError> {
/// for event in batch.events() {
///     let event = event?;
///     println!("{} {}", event.time(), event.tracepoint());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Batch {
    pub(crate) bytes: Bytes,
    pub(crate) count: u32,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) threads: Vec<ThreadInfo>,
    pub(crate) catalog: Arc<Catalog>,
}

impl Batch {
    /// Reads the events, in place.
    #[must_use]
    pub fn events(&self) -> Events<'_> {
        Events { frames: Frames::new(&self.bytes), catalog: &self.catalog }
    }

    /// Number of events, as the process counted them.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// What was lost since the batch before, and before the first event of this one.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Threads that appear in the stream for the first time. They are not repeated.
    #[must_use]
    pub fn threads(&self) -> &[ThreadInfo] {
        &self.threads
    }

    /// The events as framed Cap'n Proto messages back to back, each an `Event` of the schema.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The tracepoints and types that the events refer to.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }
}

/// The events of a batch; made by [`Batch::events`]. Ends after the first event whose bytes are damaged.
///
/// ```
/// fn count(batch: &tracepoint_ipc::Batch) -> usize {
///     batch.events().filter(Result::is_ok).count()
/// }
/// ```
#[derive(Clone)]
pub struct Events<'a> {
    frames: Frames<'a>,
    catalog: &'a Catalog,
}

impl<'a> Iterator for Events<'a> {
    type Item = Result<Event<'a>, EventError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let raw = self.frames.next_usual();
        if let Some(event) = raw.and_then(|raw| Event::new(raw, self.catalog)) {
            return Some(Ok(event));
        }
        // Written to a place of its own, so that the usual event can stay in registers.
        let mut other = None;
        self.next_unusual(raw.map(|raw| raw.tag), &mut other);
        other
    }
}

impl<'a> Events<'a> {
    /// What there is instead of a usual event that we know: one that has this tag, which we do not know; one of
    /// another layout; one that is damaged; or the end.
    #[cold]
    #[inline(never)]
    fn next_unusual(&mut self, unknown: Option<u16>, to: &mut Option<Result<Event<'a>, EventError>>) {
        *to = match unknown {
            Some(tag) => Some(Err(EventError::UnknownTag(tag))),
            None => self.frames.next().map(|raw| {
                let raw = raw?;
                Event::new(raw, self.catalog).ok_or(EventError::UnknownTag(raw.tag))
            }),
        };
    }
}
