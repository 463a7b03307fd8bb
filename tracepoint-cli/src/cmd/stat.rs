//! `tracepoint stat`.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cli::{Selection, Target, duration, with_predicates};
use crate::exit::{Failure, Outcome};
use crate::output::ndjson::json;
use crate::output::style::{self, FAINT, STRONG, Styled};
use crate::output::table::{Side, Table};
use crate::output::text::Plain;
use crate::output::{self, Out, number};
use crate::session::{Ledger, Purpose, Replay, Row, Session, Turn};

/// Count the events of a process
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = with_predicates(EXAMPLES))]
pub struct Stat {
    /// The process.
    #[command(flatten)]
    target: Target,
    /// The events.
    #[command(flatten)]
    selection: Selection,
    /// When the process is gone, wait for the next one of the same name and go on
    #[arg(long)]
    reattach: bool,
    /// Time between two tables: 1s, 500ms [default: 1s; of a recording, only the last table]
    #[arg(long, value_name = "TIME", value_parser = interval)]
    interval: Option<Duration>,
    /// How to print the counts
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: StreamFormat,
}

/// How to print what never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum StreamFormat {
    /// For people
    #[default]
    Text,
    /// For programs: a JSON object on each line
    Ndjson,
}

const EXAMPLES: &str = "\
Tracepoints that never fired are left out. The size is that of the events as
they are sent.

With --format ndjson each line is
  {\"time\": .., \"seconds\": .., \"final\": false, \"events\": {\"net:ping\": {
   \"events\": .., \"events_per_second\": .., \"bytes\": ..,
   \"bytes_per_second\": .., \"lost\": .., \"total\": ..}, ..}}
and the last one, with \"final\": true, is about the whole time.

Examples:
  tracepoint stat my-node '*'              every second until Ctrl-C
  tracepoint stat my-node 'net:*' --interval 5s --for 1m
  tracepoint stat my-node '*' --for 10s --fail-on-loss
  tracepoint stat node.rec '*' --interval 1m   of a recording, by the minute";

/// Time between two tables of a process, unless told otherwise. Of a recording there is but the last one.
const INTERVAL: Duration = Duration::from_secs(1);

fn interval(text: &str) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_millis(10);
    match duration(text)? {
        time if time < SHORTEST => Err("at least 10ms".to_owned()),
        time => Ok(time),
    }
}

/// Counts events until there is a reason to end.
pub fn run(arguments: &Stat) -> Result<Outcome, Failure> {
    let mut session = Session::open_again_and_again(
        &arguments.target.target,
        &arguments.selection,
        Purpose::Count,
        arguments.reattach,
    )?;
    let is_live = session.replay().is_none();
    let interval = arguments.interval.or(is_live.then_some(INTERVAL));
    let mut report = Report::new(arguments.format);
    // Of the latest event.
    let mut time = 0;
    let mut end = Ok(());
    loop {
        let until = interval.and_then(|interval| session.opened().checked_add(report.began + interval));
        match session.next(until)? {
            Turn::Batch(batch) => {
                for event in batch.events() {
                    let event = event?;
                    time = time.max(event.time());
                    if !is_live {
                        report.catch_up(&session, time, interval)?;
                    }
                    let bytes = event.raw().bytes().len();
                    session.ledger_mut().receive(event.tag(), bytes, batch.catalog());
                }
            }
            Turn::Quiet => {}
            Turn::Over => break,
            Turn::Gone(failure) => {
                end = Err(failure);
                break;
            }
        }
        // Where events never cease, nothing is ever quiet.
        let now = session.elapsed(time);
        if is_live && interval.is_some_and(|interval| now >= report.began + interval) {
            report.interval(&session, now)?;
        }
    }
    let ended = session.replay().and_then(Replay::ended).unwrap_or(time);
    report.total(&session, session.elapsed(ended))?;
    let outcome = session.sum_up();
    end.map(|()| outcome)
}

/// Prints one table after the other.
struct Report {
    format: StreamFormat,
    out: Out,
    /// Beginning of the interval, since that of the session.
    began: Duration,
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

/// The end of an interval, or of the whole run.
struct At {
    /// Since the beginning.
    elapsed: Duration,
    /// How long it took.
    length: Duration,
    utc: OffsetDateTime,
    is_final: bool,
}

impl Report {
    fn new(format: StreamFormat) -> Self {
        Self { format, out: output::stdout(), began: Duration::ZERO, before: BTreeMap::new() }
    }

    /// Prints what happened in each interval that is over by a time of a recording.
    fn catch_up(&mut self, session: &Session, time: u64, interval: Option<Duration>) -> Result<(), Failure> {
        let Some(interval) = interval else { return Ok(()) };
        while session.elapsed(time) >= self.began + interval {
            self.interval(session, self.began + interval)?;
        }
        Ok(())
    }

    /// Prints what happened since the last time.
    fn interval(&mut self, session: &Session, now: Duration) -> Result<(), Failure> {
        let rows = rows(session.ledger());
        let at = At { elapsed: now, length: now - self.began, utc: session.utc(now), is_final: false };
        let lines = lines(&rows, &self.before, at.length);
        self.began = now;
        self.before = rows;
        self.print(&lines, &at)
    }

    /// Prints what happened since the beginning.
    fn total(&mut self, session: &Session, now: Duration) -> Result<(), Failure> {
        let at = At { elapsed: now, length: now, utc: session.utc(now), is_final: true };
        let lines = lines(&rows(session.ledger()), &BTreeMap::new(), now);
        self.print(&lines, &at)
    }

    fn print(&mut self, lines: &BTreeMap<String, Line>, at: &At) -> Result<(), Failure> {
        match self.format {
            StreamFormat::Text => self.print_text(lines, at),
            StreamFormat::Ndjson => self.print_json(lines, at),
        }?;
        self.out.flush()?;
        Ok(())
    }

    fn print_json(&mut self, lines: &BTreeMap<String, Line>, at: &At) -> Result<(), Failure> {
        let (time, seconds) = (at.utc.format(&Rfc3339).unwrap_or_default(), at.length.as_secs_f64());
        json(&mut self.out, &Span { time, seconds, r#final: at.is_final, events: lines })?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    fn print_text(&mut self, lines: &BTreeMap<String, Line>, at: &At) -> Result<(), Failure> {
        let colours = style::on_stdout();
        let (strong, faint) = (style::when(colours, STRONG), style::when(colours, FAINT));
        let words = if at.is_final { "all of" } else { "at" };
        let title = format!("{words} {:.1} s", at.elapsed.as_secs_f64());
        writeln!(self.out, "{}", Styled(faint, title))?;
        for (number, line) in table(lines).lines().iter().enumerate() {
            let style = if number == 0 { strong } else { anstyle::Style::new() };
            writeln!(self.out, "{}", Styled(style, line))?;
        }
        writeln!(self.out)?;
        Ok(())
    }
}

fn rows(ledger: &Ledger) -> BTreeMap<String, Row> {
    ledger.rows().map(|row| (row.name.clone(), row.clone())).collect()
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
