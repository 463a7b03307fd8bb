//! The events of a recording, as fast as they are read.

use tracepoint_ipc::SubscriptionStats;
use tracepoint_ipc::recording::{Header, LeftOut};

use super::target::Recording;
use super::{Turn, names};
use crate::cli::Selection;
use crate::exit::Failure;
use crate::interrupt;
use crate::output::style;

/// A recording that is read.
pub struct Replay {
    recording: Box<Recording>,
    matched: Vec<u16>,
    /// The time that was asked for, on the clock of the events.
    from: u64,
    to: u64,
}

impl Replay {
    /// Goes to the beginning of what was selected.
    pub fn open(mut recording: Box<Recording>, selection: &Selection) -> Result<Self, Failure> {
        let recorded = |recording: &Recording| {
            let known = recording.reader.tracepoints().iter();
            known.filter(|it| recording.has(it)).cloned().collect::<Vec<_>>()
        };
        let mut tracepoints = recorded(&recording);
        if names::check(&selection.patterns, tracepoints.iter()).is_err() {
            // Perhaps it became known later.
            recording.spans()?;
            tracepoints = recorded(&recording);
            names::check(&selection.patterns, tracepoints.iter())?;
        }
        let matched = tracepoints.iter().filter(|it| names::matches(&selection.patterns, it));
        let matched = matched.map(|it| it.tag).collect();
        recording.reader.select(&selection.patterns);
        recording.choose(&selection.choice)?;

        let Header { began, ref info, .. } = *recording.reader.header();
        let (from, to) = selection.range.on_clock(began, info.utc_offset);
        let limit = selection.time.map_or(u64::MAX, |time| {
            from.unwrap_or(began).saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
        });
        let to = to.unwrap_or(u64::MAX).min(limit);
        if from.is_some() || to < u64::MAX {
            let between = recording.reader.between(from.unwrap_or(0)..=to);
            between.map_err(|error| Failure::recording(&recording.path, error))?;
        }
        Ok(Self { recording, matched, from: from.unwrap_or(began), to })
    }

    /// The recording.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// The tracepoints that were selected, among those that were recorded.
    pub fn matched(&self) -> &[u16] {
        &self.matched
    }

    /// Where the time that was asked for begins.
    pub fn from(&self) -> u64 {
        self.from
    }

    /// Where it ends, unless that was cut off.
    pub fn ended(&self) -> Option<u64> {
        self.recording.reader.totals().map(|totals| totals.ended.min(self.to).max(self.from))
    }

    /// The next batch.
    pub fn next(&mut self) -> Turn {
        if interrupt::requested() {
            return Turn::Over;
        }
        match self.recording.reader.next() {
            Some(Ok(batch)) => Turn::Batch(batch),
            Some(Err(error)) => Turn::Gone(Failure::recording(&self.recording.path, error)),
            None => {
                if let Some(cut) = self.recording.reader.cut() {
                    style::tell(&format!("{}: {cut}", self.recording.path.display()));
                }
                Turn::Over
            }
        }
    }

    /// The events of a tracepoint that were not wanted when it was read.
    pub fn left_out(&self, tag: u16) -> LeftOut {
        self.recording.reader.left_out(tag)
    }

    /// The final counts, if they are about the events that were selected.
    pub fn final_stats(&self) -> Option<SubscriptionStats> {
        let header = self.recording.reader.header();
        if self.from > header.began || self.to < u64::MAX {
            return None;
        }
        let mut stats = self.recording.reader.stats()?.clone();
        stats.tracepoints.retain(|counts| self.matched.contains(&counts.tag));
        for counts in &mut stats.tracepoints {
            let LeftOut { filtered, sampled_out, bytes, .. } = self.left_out(counts.tag);
            counts.delivered = counts.delivered.saturating_sub(filtered + sampled_out);
            counts.delivered_bytes = counts.delivered_bytes.saturating_sub(bytes);
            counts.filtered += filtered;
            counts.sampled_out += sampled_out;
        }
        Some(stats)
    }
}
