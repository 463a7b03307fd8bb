//! `tracepoint stat`.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::{Stat, StreamFormat};
use crate::exit::{Failure, Outcome};
use crate::output::ndjson::json;
use crate::output::style::{self, FAINT, STRONG, Styled};
use crate::output::table::{Side, Table};
use crate::output::text::Plain;
use crate::output::{self, Out, number};
use crate::session::{Ledger, Purpose, Row, Session, Turn};

/// Counts events until there is a reason to end.
pub fn run(arguments: &Stat) -> Result<Outcome, Failure> {
    let mut session = Session::open(&arguments.target.target, &arguments.selection, Purpose::Count)?;
    let mut report = Report::new(arguments.format);
    let mut end = Ok(());
    loop {
        match session.next(report.began.checked_add(arguments.interval))? {
            Turn::Batch(batch) => {
                for event in batch.events() {
                    let event = event?;
                    let bytes = event.raw().bytes().len();
                    session.ledger_mut().receive(event.tag(), bytes, batch.catalog());
                }
            }
            Turn::Quiet => {}
            Turn::Over => break,
            Turn::Gone(reason) => {
                end = Err(Failure::Gone(reason));
                break;
            }
        }
        // Where events never cease, nothing is ever quiet.
        if report.began.elapsed() >= arguments.interval {
            report.interval(session.ledger())?;
        }
    }
    report.total(session.ledger())?;
    let outcome = session.sum_up();
    end.map(|()| outcome)
}

/// Prints one table after the other.
struct Report {
    format: StreamFormat,
    out: Out,
    start: Instant,
    /// Beginning of the interval.
    began: Instant,
    /// The rows at that time, by name.
    before: BTreeMap<String, Row>,
}

/// What happened to a tracepoint in a time.
#[derive(Debug, Serialize)]
struct Line {
    events: u64,
    events_per_second: f64,
    bytes: u64,
    bytes_per_second: f64,
    lost: u64,
    /// Events that arrived since the beginning.
    total: u64,
}

/// An interval, or the whole run, as JSON.
#[derive(Debug, Serialize)]
struct Span<'a> {
    /// Its end.
    time: String,
    /// Its length.
    seconds: f64,
    /// Whether it is the whole run.
    r#final: bool,
    events: &'a BTreeMap<String, Line>,
}

impl Report {
    fn new(format: StreamFormat) -> Self {
        let now = Instant::now();
        Self { format, out: output::stdout(), start: now, began: now, before: BTreeMap::new() }
    }

    /// Prints what happened since the last time.
    fn interval(&mut self, ledger: &Ledger) -> Result<(), Failure> {
        let time = self.began.elapsed();
        self.began += time;
        let rows: BTreeMap<_, _> = ledger.rows().map(|row| (row.name.clone(), row.clone())).collect();
        let lines = lines(&rows, &self.before, time);
        self.before = rows;
        self.print(&lines, time, false)
    }

    /// Prints what happened since the beginning.
    fn total(&mut self, ledger: &Ledger) -> Result<(), Failure> {
        let time = self.start.elapsed();
        let rows: BTreeMap<_, _> = ledger.rows().map(|row| (row.name.clone(), row.clone())).collect();
        self.print(&lines(&rows, &BTreeMap::new(), time), time, true)
    }

    fn print(
        &mut self,
        lines: &BTreeMap<String, Line>,
        time: Duration,
        is_final: bool,
    ) -> Result<(), Failure> {
        match self.format {
            StreamFormat::Text => self.print_text(lines, time, is_final),
            StreamFormat::Ndjson => self.print_json(lines, time, is_final),
        }?;
        self.out.flush()?;
        Ok(())
    }

    fn print_json(
        &mut self,
        lines: &BTreeMap<String, Line>,
        time: Duration,
        is_final: bool,
    ) -> Result<(), Failure> {
        let seconds = time.as_secs_f64();
        let time = Timestamp::now().to_string();
        json(&mut self.out, &Span { time, seconds, r#final: is_final, events: lines })?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    fn print_text(
        &mut self,
        lines: &BTreeMap<String, Line>,
        time: Duration,
        is_final: bool,
    ) -> Result<(), Failure> {
        let colours = style::on_stdout();
        let (strong, faint) = (style::when(colours, STRONG), style::when(colours, FAINT));
        let elapsed = format!("{:.1} s", if is_final { time } else { self.start.elapsed() }.as_secs_f64());
        let title = if is_final { format!("all of {elapsed}") } else { format!("at {elapsed}") };
        writeln!(self.out, "{}", Styled(faint, title))?;
        for (number, line) in table(lines).lines().iter().enumerate() {
            let style = if number == 0 { strong } else { anstyle::Style::new() };
            writeln!(self.out, "{}", Styled(style, line))?;
        }
        writeln!(self.out)?;
        Ok(())
    }
}

fn table(lines: &BTreeMap<String, Line>) -> Table {
    let mut table = Table::new(&[
        ("event", Side::Left),
        ("events/s", Side::Right),
        ("bytes/s", Side::Right),
        ("lost", Side::Right),
        ("total", Side::Right),
    ]);
    for (name, line) in lines {
        table.row(cells(&Plain(name).to_string(), line));
    }
    if lines.len() != 1 {
        table.row(cells("total", &sum(lines.values())));
    }
    table
}

fn cells(name: &str, line: &Line) -> [String; 5] {
    [
        name.to_owned(),
        number::rate(line.events_per_second),
        number::bytes(line.bytes_per_second),
        number::grouped(line.lost),
        number::grouped(line.total),
    ]
}

fn sum<'a>(lines: impl Iterator<Item = &'a Line>) -> Line {
    let zero = Line { events: 0, events_per_second: 0.0, bytes: 0, bytes_per_second: 0.0, lost: 0, total: 0 };
    lines.fold(zero, |sum, line| Line {
        events: sum.events + line.events,
        events_per_second: sum.events_per_second + line.events_per_second,
        bytes: sum.bytes + line.bytes,
        bytes_per_second: sum.bytes_per_second + line.bytes_per_second,
        lost: sum.lost + line.lost,
        total: sum.total + line.total,
    })
}

/// What happened between two accounts.
fn lines(
    rows: &BTreeMap<String, Row>,
    before: &BTreeMap<String, Row>,
    time: Duration,
) -> BTreeMap<String, Line> {
    let zero = Row::default();
    let seconds = time.as_secs_f64().max(f64::EPSILON);
    let line = |row: &Row, before: &Row| {
        let (events, bytes) = (row.events - before.events, row.bytes - before.bytes);
        let per_second = |number: u64| (number as f64 / seconds * 10.0).round() / 10.0;
        let (events_per_second, bytes_per_second) = (per_second(events), per_second(bytes));
        let lost = row.lost.total().saturating_sub(before.lost.total());
        Line { events, events_per_second, bytes, bytes_per_second, lost, total: row.events }
    };
    rows.iter().map(|(name, row)| (name.clone(), line(row, before.get(name).unwrap_or(&zero)))).collect()
}
