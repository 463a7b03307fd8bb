//! Which events of a recording are wanted: by name, by time, and for what is in them.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use tracepoint_core::Gap;
use tracepoint_core::wire::{Frames, RawEvent};

use super::choice::Choice;
use crate::events::Catalog;
use crate::memory::Bytes;

/// Everything, at first.
#[derive(Debug)]
pub(super) struct Selection {
    pub(super) patterns: Option<Vec<String>>,
    /// The tags that the patterns match.
    tags: HashSet<u16>,
    pub(super) times: RangeInclusive<u64>,
    pub(super) choice: Choice,
}

impl Default for Selection {
    fn default() -> Self {
        Self { patterns: None, tags: HashSet::new(), times: 0..=u64::MAX, choice: Choice::default() }
    }
}

impl Selection {
    /// From now on, events whose names match.
    pub(super) fn set_patterns(&mut self, patterns: Vec<String>, catalog: &Catalog) {
        self.patterns = Some(patterns);
        self.update(catalog);
    }

    /// Looks which tracepoints match, among those that are known by now.
    pub(super) fn update(&mut self, catalog: &Catalog) {
        if let Some(patterns) = &self.patterns {
            let matching = catalog.tracepoints().iter().filter(|info| matches(patterns, info.full_name()));
            self.tags = matching.map(|info| info.tag).collect();
        }
    }

    /// Whether events of a tracepoint are wanted.
    pub(super) fn wants(&self, tag: u16) -> bool {
        self.patterns.is_none() || self.tags.contains(&tag)
    }

    fn wants_event(&mut self, event: &RawEvent<'_>, catalog: &Catalog) -> bool {
        self.wants(event.tag) && self.times.contains(&event.time) && self.choice.wants(event, catalog)
    }

    /// Leaves gaps of those tracepoints only.
    pub(super) fn gaps(&self, gaps: &mut Vec<Gap>) {
        gaps.retain(|gap| self.wants(gap.tag));
    }

    /// Leaves the events that are wanted, of a batch with these times, and returns their number.
    pub(super) fn events(
        &mut self,
        bytes: &mut Bytes,
        count: u32,
        (first, last): (u64, u64),
        catalog: &Catalog,
    ) -> u32 {
        let is_inside = self.times.contains(&first) && self.times.contains(&last);
        if self.patterns.is_none() && is_inside && self.choice.is_all() {
            return count;
        }
        let (mut read, mut kept, mut count) = (0, 0, 0);
        loop {
            let size = match Frames::new(&bytes[read..]).next() {
                Some(Ok(event)) if self.wants_event(&event, catalog) => event.bytes().len(),
                Some(Ok(event)) => {
                    read += event.bytes().len();
                    continue;
                }
                // Whoever reads the events is to come across it.
                Some(Err(_)) => bytes.len() - read,
                None => break,
            };
            bytes.move_down(read..read + size, kept);
            read += size;
            kept += size;
            count += 1;
        }
        bytes.truncate(kept);
        count
    }
}

/// Whether a name matches one of the patterns.
pub(super) fn matches(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| fast_glob::glob_match(pattern, name))
}
