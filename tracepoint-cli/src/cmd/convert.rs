//! `tracepoint convert`.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, ValueEnum};

use crate::cli::{Arguments, Choice, Range, Selection, Target, duration, size, with_predicates};
use crate::exit::{Failure, Outcome};
use crate::output::csv::Csv;
use crate::output::ndjson::Ndjson;
use crate::output::number::counted;
use crate::output::perfetto::{Counter, Perfetto};
use crate::output::progress::Progress;
use crate::output::sink::Sink;
use crate::output::time::Clock;
use crate::output::{self, Out};
use crate::session::{Moment, Purpose, Session, Turn};

/// Write events as JSON, as a table, or as a trace for ui.perfetto.dev
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = with_predicates(EXAMPLES))]
pub struct Convert {
    /// The process.
    #[command(flatten)]
    target: Target,
    /// Only events of tracepoints that match one of these: a full name, or with `*` for any text
    #[arg(value_name = "PATTERN")]
    patterns: Vec<String>,
    /// What to write
    #[arg(long = "to", value_enum, value_name = "FORMAT")]
    format: FileFormat,
    /// The file to write, or - for standard output
    #[arg(short = 'o', long, value_name = "OUT")]
    output: PathBuf,
    /// Stop after this many events
    #[arg(short = 'n', long = "count", value_name = "N")]
    count: Option<u64>,
    /// Overwrite the file if there is one
    #[arg(long)]
    force: bool,
    /// Show a field that is a number as a counter too (perfetto only): net:inbound_message.size
    #[arg(long = "counter", value_name = "TRACEPOINT.FIELD")]
    counters: Vec<String>,
    /// Stop after this time: 10s, 250ms, 1h30m. Of a recording, only events of so long a time
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    time: Option<Duration>,
    /// Of a recording, only events from this time on: 10s after its beginning, or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    from: Option<Moment>,
    /// Some of the events.
    #[command(flatten)]
    choice: Choice,
    /// Memory that the traced process may use for events that wait for us: 8MiB, 512k, 1000000
    #[arg(long, value_name = "SIZE", value_parser = size)]
    queue: Option<usize>,
    /// Exit with status 3 if events were lost
    #[arg(long)]
    fail_on_loss: bool,
}

/// What to convert events to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FileFormat {
    /// A JSON object on each line
    Ndjson,
    /// For spreadsheets: a table with a column for each field
    Csv,
    /// For ui.perfetto.dev and its trace processor
    Perfetto,
}

const EXAMPLES: &str = "\
ndjson and csv are what `tracepoint watch` prints with --format ndjson and
--format csv: see its help.

perfetto is a trace to be opened at https://ui.perfetto.dev, or queried with
its trace processor. It has a track for each thread of the process. Each event
is an instant on that of its thread, called as its tracepoint, in the category
of its provider, with all of its fields as arguments. Data is in hexadecimal
digits, enums are names, lists and structs are lists and structs. Events that
were lost are instants on a track of their own, with how many and why. Times
are those of CLOCK_MONOTONIC, and the trace says what that is in UTC.

Examples:
  tracepoint convert my-node --for 5s --to perfetto -o node.pftrace
  tracepoint convert node.rec --from 10s --for 1s --to perfetto -o node.pftrace
  tracepoint convert my-node 'net:*' --for 5s --to csv -o messages.csv
  tracepoint convert my-node --for 5s --to perfetto -o node.pftrace \\
      --counter net:inbound_message.size --counter mempool:added.fee
  tracepoint convert my-node --for 5s --to ndjson -o - | jq .fields";

/// Writes events in another format.
pub fn run(arguments: &Convert) -> Result<Outcome, Failure> {
    if !arguments.counters.is_empty() && arguments.format != FileFormat::Perfetto {
        let text = "--counter needs --to perfetto: the other formats have no counters";
        Arguments::command().error(ErrorKind::ArgumentConflict, text).exit();
    }
    let target = &arguments.target.target;
    let mut session = Session::open(target, &selection(arguments), Purpose::Print)?;
    let mut sink = sink(arguments, &session)?;
    let mut progress = Progress::new();
    let mut left = arguments.count;
    let mut end = Ok(());
    sink.begin()?;
    while left != Some(0) {
        match session.next(None)? {
            Turn::Batch(batch) => {
                if session.pour(&batch, &mut *sink, &mut left)?.is_break() {
                    break;
                }
                progress.tell(|| counted(session.ledger().events(), "event", "events"));
            }
            Turn::Quiet => {}
            Turn::Over => break,
            Turn::Gone(failure) => {
                end = Err(failure);
                break;
            }
        }
    }
    sink.end()?;
    sink.flush()?;
    progress.clear();
    let outcome = session.sum_up();
    end.map(|()| outcome)
}

fn selection(arguments: &Convert) -> Selection {
    let all = || vec!["*".to_owned()];
    Selection {
        patterns: if arguments.patterns.is_empty() { all() } else { arguments.patterns.clone() },
        time: arguments.time,
        range: Range { from: arguments.from, to: None },
        choice: arguments.choice.clone(),
        queue: arguments.queue,
        fail_on_loss: arguments.fail_on_loss,
    }
}

fn sink(arguments: &Convert, session: &Session) -> Result<Box<dyn Sink>, Failure> {
    let (process, types) = (session.info(), session.event_types());
    // Before the output is touched.
    let counters: Result<Vec<_>, _> =
        arguments.counters.iter().map(|name| Counter::find(name, &types)).collect();
    let counters = counters?;
    let out = open(arguments)?;
    let clock = Clock::new(process.utc_offset);
    Ok(match arguments.format {
        FileFormat::Ndjson => Box::new(Ndjson::new(out, clock)),
        FileFormat::Csv => Box::new(Csv::new(out, clock, types)),
        FileFormat::Perfetto => Box::new(Perfetto::new(out, process, counters)),
    })
}

/// The output, empty.
fn open(arguments: &Convert) -> Result<Out, Failure> {
    let Convert { output: path, force, format, .. } = arguments;
    if path == Path::new("-") {
        if *format == FileFormat::Perfetto && io::stdout().is_terminal() {
            return Err(Failure::other(
                "a trace is nothing for a terminal: name a file with -o, or redirect",
            ));
        }
        return Ok(output::stdout());
    }
    let name = path.display();
    if same_file::is_same_file(&arguments.target.target, path).unwrap_or(false) {
        return Err(Failure::other(format!("{name} cannot be converted onto itself: name another file")));
    }
    Ok(output::to(output::file(path, *force)?))
}
