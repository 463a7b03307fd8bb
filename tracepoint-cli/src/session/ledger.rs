//! The account of events: what arrived and what was lost, by tracepoint.

use tracepoint_ipc::recording::LeftOut;
use tracepoint_ipc::{Catalog, Lost, SubscriptionStats};

use crate::output::number::{counted, grouped};
use crate::output::style::{self, LOSS, Styled};

/// What arrived and what was lost.
#[derive(Debug, Default)]
pub struct Ledger {
    rows: Vec<Row>,
    /// By tag, which is a number of one process: the place of its row.
    by_tag: Vec<Option<usize>>,
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
    /// Of these, those of processes before this one.
    before: (Lost, [u64; 2]),
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

    /// Enters events of a recording that were not wanted.
    pub fn leave_out(&mut self, tag: u16, events: LeftOut, catalog: &Catalog) {
        if events != LeftOut::default() {
            self.row(tag, catalog).unwanted = [events.filtered, events.sampled_out];
        }
    }

    /// Replaces the losses by those in the final account of the exporter.
    pub fn settle(&mut self, stats: &SubscriptionStats, catalog: &Catalog) {
        for stats in &stats.tracepoints {
            let unwanted = [stats.filtered, stats.sampled_out];
            if stats.lost.total() > 0 || unwanted != [0, 0] {
                let row = self.row(stats.tag, catalog);
                let (lost, [filtered, sampled_out]) = row.before;
                row.lost = lost + stats.lost;
                row.unwanted = [filtered + unwanted[0], sampled_out + unwanted[1]];
            }
        }
    }

    /// What comes from now on is of another process.
    pub fn begin_anew(&mut self) {
        self.by_tag.clear();
        for row in &mut self.rows {
            row.before = (row.lost, row.unwanted);
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
        if self.by_tag.len() <= index {
            self.by_tag.resize(index + 1, None);
        }
        let place = *self.by_tag[index].get_or_insert_with(|| {
            let name = catalog.tracepoint(tag).map_or_else(|| format!("#{tag}"), ToString::to_string);
            self.rows.iter().position(|row| row.name == name).unwrap_or_else(|| {
                self.rows.push(Row { name, ..Row::default() });
                self.rows.len() - 1
            })
        });
        &mut self.rows[place]
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
