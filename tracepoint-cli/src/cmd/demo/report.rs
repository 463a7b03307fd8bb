//! The result of the demo, and the proof that nothing is missing from it.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use serde::Serialize;
use tracepoint_ipc::SubscriptionStats;

use super::protocol::Done;
use super::tally::Tally;
use crate::exit::Failure;
use crate::output::ndjson::json;
use crate::output::number::{bytes, counted, grouped, rate};
use crate::output::style::{self, FAINT, GOOD, LOSS, STRONG, Styled, when};
use crate::output::table::{Side, Table};
use crate::output::{self, Out};

/// What happened, in numbers.
#[derive(Debug, Serialize)]
pub struct Report {
    blocks: u64,
    /// By full name; only tracepoints that were passed.
    events: BTreeMap<String, Row>,
    /// All events that were lost.
    pub lost_total: u64,
    node_cpu_s: f64,
    client_cpu_s: f64,
    events_per_second: f64,
    #[serde(skip)]
    seconds: f64,
    #[serde(skip)]
    delivered: u64,
    #[serde(skip)]
    bytes: u64,
    /// Numbers that should be the same and are not.
    #[serde(skip)]
    contradictions: Vec<String>,
}

/// What happened to the events of a tracepoint.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Row {
    /// Times that the tracepoint was passed while it was on.
    offered: u64,
    /// Events that this process has received and read.
    delivered: u64,
    filtered: u64,
    lost: u64,
    /// Size of the events that were received.
    bytes: u64,
}

impl Report {
    /// Compares what the node, its exporter and this process have counted.
    pub fn new(
        done: Done,
        stats: &SubscriptionStats,
        tally: &Tally,
        node_cpu: Duration,
        client_cpu: Duration,
    ) -> Self {
        let mut contradictions = Vec::new();
        let mut events = BTreeMap::new();
        let mut passed = done.passed;
        for stats in &stats.tracepoints {
            let Some(count) = tally.get(stats.tag) else {
                if stats.offered > 0 {
                    contradictions.push(format!(
                        "{} events of tracepoint #{} were never seen",
                        stats.offered, stats.tag
                    ));
                }
                continue;
            };
            let name = &count.name;
            let lost = stats.lost.total();
            let mut equal = |what: &str, left: u64, right: u64| {
                if left != right {
                    contradictions.push(format!("{name}: {what}: {} and {}", grouped(left), grouped(right)));
                }
            };
            equal(
                "passed by the node, offered to its exporter",
                passed.remove(name).unwrap_or(0),
                stats.offered,
            );
            equal("delivered by the exporter, received by the client", stats.delivered, count.events);
            equal(
                "bytes delivered by the exporter, received by the client",
                stats.delivered_bytes,
                count.bytes,
            );
            equal("lost by the exporter, announced to the client", lost, count.lost.total());
            let accounted = stats.delivered + stats.filtered + stats.sampled_out + lost;
            equal("offered, accounted for", stats.offered, accounted);
            events.insert(
                name.clone(),
                Row {
                    offered: stats.offered,
                    delivered: count.events,
                    filtered: stats.filtered,
                    lost,
                    bytes: count.bytes,
                },
            );
        }
        for (name, count) in passed.into_iter().filter(|(_, count)| *count > 0) {
            contradictions
                .push(format!("{name}: passed by the node {} times, seen by nobody", grouped(count)));
        }
        events.retain(|_, row| row.offered > 0);
        let sum = |get: fn(&Row) -> u64| events.values().map(get).sum::<u64>();
        let (delivered, bytes, lost_total) =
            (sum(|row| row.delivered), sum(|row| row.bytes), sum(|row| row.lost));
        let seconds = tally.time().as_secs_f64().max(f64::EPSILON);
        Self {
            blocks: done.blocks,
            lost_total,
            node_cpu_s: node_cpu.as_secs_f64(),
            client_cpu_s: client_cpu.as_secs_f64(),
            events_per_second: delivered as f64 / seconds,
            seconds,
            delivered,
            bytes,
            contradictions,
            events,
        }
    }

    /// Fails if the counts contradict each other.
    pub fn check(&self) -> Result<(), Failure> {
        match self.contradictions.as_slice() {
            [] => Ok(()),
            list => Err(Failure::other(format!(
                "the counts of the node, its exporter and the client differ, which is a defect of this program. {}",
                list.join("; ")
            ))),
        }
    }

    /// Prints one JSON object.
    pub fn print_json(&self) -> Result<(), Failure> {
        let mut out = output::stdout();
        json(&mut out, self)?;
        out.write_all(b"\n")?;
        out.flush()?;
        Ok(())
    }

    /// Tells on standard error what came and what was lost.
    pub fn sum_up(&self) {
        let events = counted(self.delivered, "event", "events");
        match self.lost_total {
            0 => style::tell(&format!("{events} delivered, none lost")),
            lost => style::tell(&format!("{events} delivered, {} lost", grouped(lost))),
        }
    }

    /// Prints a table.
    pub fn print_text(&self) -> Result<(), Failure> {
        let colours = style::on_stdout();
        let mut out = output::stdout();
        let lines = self.table().lines();
        let last = lines.len() - 1;
        writeln!(out)?;
        for (number, line) in lines.iter().enumerate() {
            if number == last {
                let rule = "-".repeat(lines.iter().map(String::len).max().unwrap_or(0));
                writeln!(out, "{}", Styled(when(colours, FAINT), rule))?;
            }
            let style = if number == 0 || number == last { STRONG } else { anstyle::Style::new() };
            writeln!(out, "{}", Styled(when(colours, style), line))?;
        }
        self.print_costs(&mut out, colours)?;
        out.flush()?;
        Ok(())
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&[
            ("event", Side::Left),
            ("offered", Side::Right),
            ("received", Side::Right),
            ("lost", Side::Right),
            ("bytes", Side::Right),
        ]);
        let total = self.events.values().fold(Row::default(), |sum, row| Row {
            offered: sum.offered + row.offered,
            delivered: sum.delivered + row.delivered,
            filtered: sum.filtered + row.filtered,
            lost: sum.lost + row.lost,
            bytes: sum.bytes + row.bytes,
        });
        for (name, row) in
            self.events.iter().map(|(name, row)| (name.as_str(), row)).chain([("total", &total)])
        {
            table.row([
                name.to_owned(),
                grouped(row.offered),
                grouped(row.delivered),
                grouped(row.lost),
                bytes(row.bytes as f64),
            ]);
        }
        table
    }

    fn print_costs(&self, out: &mut Out, colours: bool) -> Result<(), Failure> {
        let Self { seconds, node_cpu_s, client_cpu_s, .. } = self;
        let blocks = counted(self.blocks, "mainnet block", "mainnet blocks");
        writeln!(out)?;
        writeln!(
            out,
            "{blocks} replayed in {seconds:.1} s, watched from another process over a local socket:"
        )?;
        let per_second = self.bytes as f64 / seconds;
        writeln!(out, "  {} events/s, {}/s", rate(self.events_per_second), bytes(per_second))?;
        writeln!(
            out,
            "  CPU: node {node_cpu_s:.1} s with all of its own work, client {client_cpu_s:.1} s{}",
            self.cost()
        )?;
        if self.contradictions.is_empty() {
            let line = "the node, its exporter and the client count the same";
            let (style, losses) = match self.lost_total {
                0 => (GOOD, "nothing lost".to_owned()),
                lost => (LOSS, counted(lost, "event lost and counted", "events lost and counted")),
            };
            writeln!(out, "  {}: {line}", Styled(when(colours, style), losses))?;
        }
        Ok(())
    }

    /// What an event has cost its receiver.
    fn cost(&self) -> String {
        if self.delivered == 0 {
            return String::new();
        }
        let micros = self.client_cpu_s * 1e6 / self.delivered as f64;
        format!(" ({micros:.2} us for each event)")
    }
}
