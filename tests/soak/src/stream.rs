//! What a stream of events promises, checked event by event.

use std::collections::HashMap;

use anyhow::{Result, ensure};
use tracepoints::Gap;

use crate::events::{self, NAMES};

/// What a subscription wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// All, with a queue that holds seconds.
    All,
    /// What matches the predicate.
    Matching,
    /// One of seven.
    Sampled,
    /// 1,000 a second of each tracepoint.
    Rated,
    /// All, the newest first of all, with a small queue.
    Newest,
    /// All, with a small queue.
    Hasty,
}

impl Wish {
    pub const ALL: [Wish; 6] =
        [Wish::All, Wish::Matching, Wish::Sampled, Wish::Rated, Wish::Newest, Wish::Hasty];

    pub fn queue_bytes(self) -> usize {
        match self {
            Wish::All => 64 << 20,
            Wish::Newest | Wish::Hasty => 512 << 10,
            _ => 8 << 20,
        }
    }
}

/// Counts of one tracepoint, from whatever side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub offered: u64,
    pub delivered: u64,
    pub filtered: u64,
    pub sampled_out: u64,
    pub lost: u64,
}

impl Counts {
    /// The loss equation.
    pub fn add_up(&self) -> bool {
        self.offered == self.delivered + self.filtered + self.sampled_out + self.lost
    }
}

/// Follows a stream.
#[derive(Debug, Default)]
pub struct Stream {
    next: u64,
    /// By tag.
    delivered: HashMap<u16, u64>,
    lost: HashMap<u16, u64>,
    /// The last serial by producer and tracepoint.
    serials: HashMap<(u32, usize), u64>,
}

/// The fields of an event.
#[derive(Debug)]
pub struct Seen<'a> {
    pub tag: u16,
    pub sequence: u64,
    /// Which of [`NAMES`].
    pub kind: usize,
    pub producer: u32,
    pub serial: u64,
    pub name: &'a str,
    pub payload: Option<&'a [u8]>,
}

impl Stream {
    pub fn gaps(&mut self, gaps: &[Gap]) {
        for gap in gaps {
            self.next += gap.lost.total();
            *self.lost.entry(gap.tag).or_default() += gap.lost.total();
        }
    }

    /// # Errors
    /// The event is not the next one, or not what was fired.
    pub fn event(&mut self, wish: Wish, seen: &Seen<'_>) -> Result<()> {
        let Seen { kind, producer, serial, .. } = *seen;
        ensure!(seen.sequence == self.next, "{} comes where {} was due", seen.sequence, self.next);
        self.next += 1;
        *self.delivered.entry(seen.tag).or_default() += 1;
        ensure!(seen.name == events::name(serial), "another name: {seen:?}");
        ensure!(
            seen.payload.is_none_or(|payload| payload == events::payload(serial)),
            "another payload in {} of {producer}",
            NAMES[kind]
        );
        ensure!(wish != Wish::Matching || events::is_wanted(serial, seen.name), "does not match: {seen:?}");
        let last = self.serials.insert((producer, kind), serial);
        ensure!(last.is_none_or(|last| last < serial), "out of order: {seen:?} after {last:?}");
        Ok(())
    }

    /// Compares what was seen with the counts of the process.
    ///
    /// # Errors
    /// They differ, or do not add up.
    pub fn compare(&self, counts: &[(u16, Counts)]) -> Result<()> {
        let mut sum = 0;
        for (tag, counts) in counts {
            ensure!(counts.add_up(), "does not add up: {counts:?}");
            let seen = |of: &HashMap<u16, u64>| of.get(tag).copied().unwrap_or(0);
            let (delivered, lost) = (seen(&self.delivered), seen(&self.lost));
            ensure!(
                (delivered, lost) == (counts.delivered, counts.lost),
                "{delivered} events and {lost} lost ones were seen: {counts:?}"
            );
            sum += delivered + lost;
        }
        ensure!(self.next == sum, "sequence numbers went to {}, and {sum} events were counted", self.next);
        Ok(())
    }
}
