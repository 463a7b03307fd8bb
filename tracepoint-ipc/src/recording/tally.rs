//! Counts what is written.

use tracepoint_core::Gap;
use tracepoint_core::wire::Frames;

use crate::model::{SubscriptionStats, TracepointStats};

/// What was written, by tracepoint.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// By tag.
    counts: Vec<TracepointStats>,
    pub(super) batches: u64,
    pub(super) events: u64,
    pub(super) bytes: u64,
}

/// The earliest and the latest time of some events; `None` if there are none.
pub(super) fn times(events: &[u8]) -> Option<(u64, u64)> {
    // What is damaged goes into the recording as it is.
    Frames::new(events).flatten().map(|event| event.time).fold(None, |times, time| {
        let (first, last) = times.unwrap_or((time, time));
        Some((first.min(time), last.max(time)))
    })
}

impl Tally {
    /// Counts the events of a batch, and those that were lost before it.
    pub(super) fn batch(&mut self, events: &[u8], gaps: &[Gap]) {
        for event in Frames::new(events).flatten() {
            let bytes = event.bytes().len() as u64;
            let counts = self.counts(event.tag);
            counts.delivered += 1;
            counts.delivered_bytes += bytes;
            self.events += 1;
        }
        for gap in gaps {
            self.counts(gap.tag).lost += gap.lost;
        }
        self.batches += 1;
        self.bytes += events.len() as u64;
    }

    /// The result.
    pub(super) fn stats(&self) -> SubscriptionStats {
        let seen = self.counts.iter().filter(|counts| counts.delivered + counts.lost.total() > 0);
        let tracepoints =
            seen.map(|counts| TracepointStats { offered: counts.delivered + counts.lost.total(), ..*counts });
        SubscriptionStats { tracepoints: tracepoints.collect(), ..SubscriptionStats::default() }
    }

    fn counts(&mut self, tag: u16) -> &mut TracepointStats {
        let index = usize::from(tag);
        for tag in self.counts.len()..=index {
            // Not above `index`, which is a tag.
            self.counts.push(TracepointStats { tag: tag as u16, ..TracepointStats::default() });
        }
        &mut self.counts[index]
    }
}
