//! The demo while it runs: a table that is drawn over and over, or a line each second if nobody could see that.

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use super::arguments::ReportFormat;
use super::tally::Tally;
use crate::exit::Failure;
use crate::output::number::{bytes, grouped, rate};
use crate::output::style::{self, FAINT, GOOD, LOSS, STRONG, Styled, when};
use crate::output::table::{Side, Table};

/// Time between two drawings.
const FRAME: Duration = Duration::from_millis(200);
/// Time between two lines.
const LINE: Duration = Duration::from_secs(1);
/// Rates are those of about a second.
const FRAMES_PER_RATE: usize = 5;

/// How to show what goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Table,
    Lines,
    Nothing,
}

/// Shows what goes on.
#[derive(Debug)]
pub struct Live {
    mode: Mode,
    node: u32,
    planned: Duration,
    next: Option<Instant>,
    /// The recent past, oldest first.
    past: VecDeque<Snapshot>,
    /// How many lines were drawn.
    drawn: usize,
}

/// A point in time.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Since the node began to run.
    pub elapsed: Duration,
    /// CPU time of the node's process.
    pub node_cpu: Duration,
    /// CPU time of this process.
    pub client_cpu: Duration,
}

/// The counts at a point in time.
#[derive(Debug)]
struct Snapshot {
    moment: Moment,
    /// By tag.
    events: Vec<u64>,
    bytes: u64,
}

/// What happened between two points in time, per second.
struct Rates {
    /// By tag.
    events: Vec<f64>,
    total: f64,
    bytes: f64,
    node_cpu: f64,
    client_cpu: f64,
}

impl Live {
    /// For a demo of the node with the process id `node`, meant to last for `planned`.
    pub fn new(format: ReportFormat, node: u32, planned: Duration) -> Self {
        let is_drawable =
            io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let mode = match format {
            ReportFormat::Json => Mode::Nothing,
            ReportFormat::Text if is_drawable => Mode::Table,
            ReportFormat::Text => Mode::Lines,
        };
        Self { mode, node, planned, next: None, past: VecDeque::new(), drawn: 0 }
    }

    /// Whether it is time to show something.
    pub fn is_due(&mut self) -> bool {
        let interval = match self.mode {
            Mode::Table => FRAME,
            Mode::Lines => LINE,
            Mode::Nothing => return false,
        };
        let now = Instant::now();
        let next = *self.next.get_or_insert(now + interval);
        if next > now {
            return false;
        }
        self.next = Some(now + interval);
        true
    }

    /// Shows the counts.
    pub fn show(&mut self, tally: &Tally, moment: Moment) -> Result<(), Failure> {
        let now = Snapshot::new(tally, moment);
        let rates = Rates::between(self.past.front(), &now);
        match self.mode {
            Mode::Table => self.draw(&self.frame(tally, moment, &rates))?,
            Mode::Lines => self.print(&line(tally, moment, &rates))?,
            Mode::Nothing => {}
        }
        self.past.push_back(now);
        let kept = if self.mode == Mode::Table { FRAMES_PER_RATE } else { 1 };
        while self.past.len() > kept {
            self.past.pop_front();
        }
        Ok(())
    }

    /// Removes the table, to make room for the final one.
    pub fn clear(&mut self) -> Result<(), Failure> {
        if self.drawn > 0 {
            self.draw(&[])?;
        }
        Ok(())
    }

    fn print(&self, line: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        writeln!(out, "{line}")?;
        out.flush()?;
        Ok(())
    }

    /// Draws lines over those that were drawn before.
    fn draw(&mut self, lines: &[String]) -> Result<(), Failure> {
        let mut frame = String::new();
        if self.drawn > 0 {
            // Up to the first line.
            frame.push_str(&format!("\x1b[{}F", self.drawn));
        }
        for line in lines {
            frame.push_str(line);
            // Nothing is left of a line that was longer.
            frame.push_str("\x1b[K\n");
        }
        // Nor of lines that were more.
        frame.push_str("\x1b[J");
        let mut out = io::stdout().lock();
        out.write_all(frame.as_bytes())?;
        out.flush()?;
        self.drawn = lines.len();
        Ok(())
    }

    /// The lines to be drawn, cut so that none is wrapped and none scrolls away.
    fn frame(&self, tally: &Tally, moment: Moment, rates: &Rates) -> Vec<String> {
        let (width, height) = terminal_size::terminal_size_of(io::stdout())
            .map_or((80, 24), |(width, height)| (usize::from(width.0), usize::from(height.0)));
        let colours = style::on_stdout();
        let paint = |style, line: &str| {
            let line: String = line.chars().take(width.saturating_sub(1)).collect();
            Styled(when(colours, style), line).to_string()
        };
        let elapsed = moment.elapsed.as_secs_f64();
        let planned = self.planned.as_secs_f64();
        let title = format!(
            "{elapsed:.1} s of {planned:.1} s: node (pid {}) -> local socket -> this process",
            self.node
        );
        let mut lines = vec![paint(FAINT, &title), String::new()];
        let mut table = table(tally, rates).lines();
        let total = table.pop().unwrap_or_default();
        // Title, total, costs, the lines between them, and the cursor.
        let room = height.saturating_sub(7);
        let hidden = table.len().saturating_sub(room);
        table.truncate(room);
        for (number, line) in table.iter().enumerate() {
            lines.push(if number == 0 { paint(STRONG, line) } else { paint(anstyle::Style::new(), line) });
        }
        if hidden > 0 {
            lines.push(paint(FAINT, &format!("and {hidden} more")));
        }
        lines.push(paint(STRONG, &total));
        lines.push(String::new());
        let lost = lost(tally);
        let style = if lost == 0 { GOOD } else { LOSS };
        lines.push(paint(style, &costs(lost, rates)));
        lines
    }
}

/// The table: a row for each tracepoint that was seen, and the total.
fn table(tally: &Tally, rates: &Rates) -> Table {
    let mut table = Table::new(&[
        ("event", Side::Left),
        ("events", Side::Right),
        ("events/s", Side::Right),
        ("bytes", Side::Right),
        ("lost", Side::Right),
    ]);
    let mut rows: Vec<_> = tally.by_tag().zip(&rates.events).collect();
    rows.sort_by_key(|(count, _)| count.map(|count| &count.name));
    for (count, events) in rows.into_iter().filter_map(|(count, events)| Some((count?, events))) {
        table.row([
            count.name.clone(),
            grouped(count.events),
            rate(*events),
            bytes(count.bytes as f64),
            grouped(count.lost.total()),
        ]);
    }
    let all_bytes: u64 = tally.counts().map(|count| count.bytes).sum();
    let total = tally.counts().map(|count| count.events).sum();
    table.row([
        "total".to_owned(),
        grouped(total),
        rate(rates.total),
        bytes(all_bytes as f64),
        grouped(lost(tally)),
    ]);
    table
}

fn line(tally: &Tally, moment: Moment, rates: &Rates) -> String {
    let elapsed = moment.elapsed.as_secs_f64();
    let events = grouped(tally.counts().map(|count| count.events).sum());
    format!("{elapsed:5.1} s  {events} events  {}", costs(lost(tally), rates))
}

fn costs(lost: u64, rates: &Rates) -> String {
    format!(
        "{} events/s  {}/s  {} lost  CPU: node {:.0} %, client {:.0} %",
        rate(rates.total),
        bytes(rates.bytes),
        grouped(lost),
        rates.node_cpu * 100.0,
        rates.client_cpu * 100.0,
    )
}

fn lost(tally: &Tally) -> u64 {
    tally.counts().map(|count| count.lost.total()).sum()
}

impl Snapshot {
    fn new(tally: &Tally, moment: Moment) -> Self {
        Self {
            moment,
            events: tally.by_tag().map(|count| count.map_or(0, |count| count.events)).collect(),
            bytes: tally.counts().map(|count| count.bytes).sum(),
        }
    }
}

impl Rates {
    /// Without a `before`, the rates since the beginning.
    fn between(before: Option<&Snapshot>, now: &Snapshot) -> Self {
        let zero = Duration::ZERO;
        let start = Snapshot {
            // What the processes needed to start is none of the demo's cost, but nobody has measured it.
            moment: Moment { elapsed: zero, node_cpu: zero, client_cpu: zero },
            events: Vec::new(),
            bytes: 0,
        };
        let before = before.unwrap_or(&start);
        let seconds =
            now.moment.elapsed.saturating_sub(before.moment.elapsed).as_secs_f64().max(f64::EPSILON);
        let per_second = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
        let busy = |now: Duration, before: Duration| now.saturating_sub(before).as_secs_f64() / seconds;
        let before_events = before.events.iter().copied().chain(std::iter::repeat(0));
        let events: Vec<_> =
            now.events.iter().zip(before_events).map(|(now, before)| per_second(*now, before)).collect();
        Self {
            total: events.iter().sum(),
            events,
            bytes: per_second(now.bytes, before.bytes),
            node_cpu: busy(now.moment.node_cpu, before.moment.node_cpu),
            client_cpu: busy(now.moment.client_cpu, before.moment.client_cpu),
        }
    }
}
