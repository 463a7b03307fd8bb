//! What is needed to make sense of the bytes of a batch.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::TracepointInfo;
use crate::schema::{EventType, Schema};

/// The tracepoints of a stream by tag, and the types of their events if the schema is known.
///
/// ```no_run
/// # fn f(batch: tracepoint_ipc::Batch) {
/// for gap in batch.gaps() {
///     if let Some(tracepoint) = batch.catalog().tracepoint(gap.tag) {
///         eprintln!("lost {} of {tracepoint}", gap.lost.total());
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    tracepoints: Vec<TracepointInfo>,
    by_tag: HashMap<u16, usize>,
    schema: Option<Arc<Schema>>,
}

impl Catalog {
    pub(crate) fn new(tracepoints: Vec<TracepointInfo>, schema: Option<Arc<Schema>>) -> Self {
        let by_tag = tracepoints.iter().enumerate().map(|(at, info)| (info.tag, at)).collect();
        Self { tracepoints, by_tag, schema }
    }

    /// All tracepoints that were known when the batch was received.
    #[must_use]
    pub fn tracepoints(&self) -> &[TracepointInfo] {
        &self.tracepoints
    }

    /// The tracepoint that a tag stands for.
    #[must_use]
    #[inline]
    pub fn tracepoint(&self, tag: u16) -> Option<&TracepointInfo> {
        // Tags count from 1 in all exporters so far; the map is for those that do otherwise.
        match self.tracepoints.get(usize::from(tag).wrapping_sub(1)) {
            Some(info) if info.tag == tag => Some(info),
            _ => self.look_up(tag),
        }
    }

    #[cold]
    fn look_up(&self, tag: u16) -> Option<&TracepointInfo> {
        self.by_tag.get(&tag).map(|&at| &self.tracepoints[at])
    }

    /// A tracepoint by its full name, as in `net:inbound_message`.
    #[must_use]
    pub fn find(&self, full_name: &str) -> Option<&TracepointInfo> {
        self.tracepoints.iter().find(|info| info.full_name() == full_name)
    }

    /// The types of events, unless the stream was opened without.
    #[must_use]
    pub fn schema(&self) -> Option<&Arc<Schema>> {
        self.schema.as_ref()
    }

    /// The type of the events of a tracepoint.
    #[must_use]
    pub fn event_type(&self, info: &TracepointInfo) -> Option<&EventType> {
        self.schema.as_ref()?.event(info.type_id)
    }
}
