//! What this process has received, by its own count.

use std::time::Duration;

use tracepoint_ipc::{Batch, Catalog, Event, Lost};

use super::decode::{Decoder, decoder};
use crate::exit::Failure;

/// Counts by tracepoint.
#[derive(Debug, Default)]
pub struct Tally {
    /// By tag.
    counts: Vec<Option<Count>>,
    /// How long the node ran, once it has stopped.
    time: Option<Duration>,
}

/// The count of one tracepoint.
#[derive(Debug, Clone)]
pub struct Count {
    /// Full name.
    pub name: String,
    /// Events that were received and read.
    pub events: u64,
    /// Their size.
    pub bytes: u64,
    /// Events that were lost, as far as it is known by now.
    pub lost: Lost,
    decoder: Decoder,
}

impl Tally {
    /// Reads and counts the events of a batch.
    pub fn take_in(&mut self, batch: &Batch) -> Result<(), Failure> {
        for gap in batch.gaps() {
            if let Some(count) = self.count(gap.tag, batch.catalog()) {
                count.lost += gap.lost;
            }
        }
        batch.events().try_for_each(|event| self.receive(event?, batch.catalog()))
    }

    fn receive(&mut self, event: Event<'_>, catalog: &Catalog) -> Result<(), Failure> {
        if let Some(count) = self.count(event.tag(), catalog) {
            (count.decoder)(event)?;
            count.events += 1;
            count.bytes += event.raw().bytes().len() as u64;
        }
        Ok(())
    }

    fn count(&mut self, tag: u16, catalog: &Catalog) -> Option<&mut Count> {
        let index = usize::from(tag);
        if self.counts.len() <= index {
            self.counts.resize(index + 1, None);
        }
        let count = &mut self.counts[index];
        if count.is_none() {
            *count = catalog.tracepoint(tag).map(|tracepoint| Count {
                name: tracepoint.full_name().to_owned(),
                events: 0,
                bytes: 0,
                lost: Lost::default(),
                decoder: decoder(tracepoint),
            });
        }
        count.as_mut()
    }

    /// The count of a tracepoint, by tag.
    pub fn get(&self, tag: u16) -> Option<&Count> {
        self.counts.get(usize::from(tag))?.as_ref()
    }

    /// The counts of all tracepoints in the order of their tags, with gaps where a tracepoint was never seen.
    pub fn by_tag(&self) -> impl Iterator<Item = Option<&Count>> {
        self.counts.iter().map(Option::as_ref)
    }

    /// The counts of all tracepoints that were seen.
    pub fn counts(&self) -> impl Iterator<Item = &Count> {
        self.by_tag().flatten()
    }

    /// From now on, no new events are fired: the node ran for `time`.
    pub fn seal(&mut self, time: Duration) {
        self.time = Some(time);
    }

    /// How long the node ran.
    pub fn time(&self) -> Duration {
        self.time.unwrap_or_default()
    }
}
