//! `tracepoint convert`.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal};
use std::path::Path;

use clap::CommandFactory;
use clap::error::ErrorKind;

use crate::cli::{Arguments, Choice, Convert, FileFormat, Range, Selection};
use crate::exit::{Failure, Outcome};
use crate::output::csv::Csv;
use crate::output::ndjson::Ndjson;
use crate::output::number::counted;
use crate::output::perfetto::{Counter, Perfetto};
use crate::output::progress::Progress;
use crate::output::sink::Sink;
use crate::output::time::Clock;
use crate::output::{self, Out};
use crate::session::{Purpose, Session, Turn};

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
        choice: Choice::default(),
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
    let mut options = OpenOptions::new();
    options.write(true).truncate(*force).create(*force).create_new(!force);
    match options.open(path) {
        Ok(file) => Ok(output::to(file)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Failure::other(format!("{name} exists already; --force overwrites it")))
        }
        Err(error) => Err(Failure::other(format!("cannot write to {name}: {error}"))),
    }
}
