//! The account of events: what arrived and what was lost, by tracepoint.

use tracepoint_ipc::{Catalog, Lost, SubscriptionStats};

use crate::output::number::{counted, grouped};
use crate::output::style::{self, LOSS, Styled};

/// What arrived and what was lost.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By tag.
    rows: Vec<Row>,
}

/// The account of one tracepoint.
#[derive(Debug, Default, Clone)]
pub struct Row {
    /// Full name.
    pub name: String,
    /// Events that arrived.
    pub events: u64,
    /// Their size.
    pub bytes: u64,
    /// Events that did not arrive.
    pub lost: Lost,
    /// Events that were not wanted: filtered, and sampled out.
    pub unwanted: [u64; 2],
}

impl Ledger {
    /// Enters an event that arrived.
    pub fn receive(&mut self, tag: u16, bytes: usize, catalog: &Catalog) {
        let row = self.row(tag, catalog);
        row.events += 1;
        row.bytes += bytes as u64;
    }

    /// Enters events that were lost.
    pub fn lose(&mut self, tag: u16, lost: Lost, catalog: &Catalog) {
        self.row(tag, catalog).lost += lost;
    }

    /// Replaces the losses by those in the final account of the exporter.
    pub fn settle(&mut self, stats: &SubscriptionStats, catalog: &Catalog) {
        for stats in &stats.tracepoints {
            let unwanted = [stats.filtered, stats.sampled_out];
            if stats.lost.total() > 0 || unwanted != [0, 0] {
                let row = self.row(stats.tag, catalog);
                (row.lost, row.unwanted) = (stats.lost, unwanted);
            }
        }
    }

    /// The tracepoints of which something arrived or was lost.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.events > 0 || row.lost.total() > 0)
    }

    /// All events that arrived.
    pub fn events(&self) -> u64 {
        self.rows.iter().map(|row| row.events).sum()
    }

    /// All events that were lost.
    pub fn lost(&self) -> Lost {
        self.rows.iter().fold(Lost::default(), |sum, row| sum + row.lost)
    }

    /// Tells the result on standard error: in one line if nothing was lost.
    pub fn sum_up(&self) {
        let events = counted(self.events(), "event", "events");
        let lost = self.lost();
        let unwanted = self.unwanted();
        if lost.total() == 0 {
            return style::tell(&format!("{events} delivered, none lost{unwanted}"));
        }
        let line =
            format!("{events} delivered, {} lost ({}){unwanted}", grouped(lost.total()), causes(&lost));
        style::tell(&Styled(LOSS, line).to_string());
        for row in self.rows().filter(|row| row.lost.total() > 0) {
            style::tell(&format!(
                "  {}: {} lost ({})",
                row.name,
                grouped(row.lost.total()),
                causes(&row.lost)
            ));
        }
    }

    /// What was not wanted, if there was any, in words.
    fn unwanted(&self) -> String {
        let sum = |which: usize| self.rows.iter().map(|row| row.unwanted[which]).sum::<u64>();
        let kinds = [(sum(0), "filtered"), (sum(1), "sampled out")];
        let kinds = kinds.iter().filter(|(count, _)| *count > 0);
        kinds.map(|(count, kind)| format!(", {} {kind}", grouped(*count))).collect()
    }

    fn row(&mut self, tag: u16, catalog: &Catalog) -> &mut Row {
        let index = usize::from(tag);
        if self.rows.len() <= index {
            self.rows.resize_with(index + 1, Row::default);
        }
        let row = &mut self.rows[index];
        if row.name.is_empty() {
            row.name = catalog.tracepoint(tag).map_or_else(|| format!("#{tag}"), ToString::to_string);
        }
        row
    }
}

/// Why events were lost, in words: `12 queue full, 1 too large`.
pub fn causes(lost: &Lost) -> String {
    let causes = [
        (lost.queue_full, "queue full"),
        (lost.ring_full, "ring full"),
        (lost.too_large, "too large"),
        (lost.nested, "nested"),
        (lost.thread_gone, "thread gone"),
    ];
    let causes = causes.iter().filter(|(count, _)| *count > 0);
    causes.map(|(count, cause)| format!("{} {cause}", grouped(*count))).collect::<Vec<_>>().join(", ")
}
