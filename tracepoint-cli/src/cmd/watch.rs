//! `tracepoint watch`.

use clap::{Args, ValueEnum};

use crate::cli::{Selection, Target, with_predicates};
use crate::exit::{Failure, Outcome};
use crate::output::csv::Csv;
use crate::output::ndjson::Ndjson;
use crate::output::sink::Sink;
use crate::output::text::Text;
use crate::output::time::Clock;
use crate::output::{self, style};
use crate::session::{Purpose, Session, Turn};

/// Print the events of a process as they happen
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = with_predicates(EXAMPLES))]
pub struct Watch {
    /// The process.
    #[command(flatten)]
    target: Target,
    /// The events.
    #[command(flatten)]
    selection: Selection,
    /// Stop after this many events
    #[arg(short = 'n', long = "count", value_name = "N")]
    count: Option<u64>,
    /// How to print the events
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: EventFormat,
    /// When the process is gone, wait for the next one of the same name and go on
    #[arg(long)]
    reattach: bool,
    /// Print data and lists in full, however long (text only; the others always do)
    #[arg(long)]
    full: bool,
}

/// How to print events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum EventFormat {
    /// For people
    #[default]
    Text,
    /// For programs: a JSON object on each line
    Ndjson,
    /// For spreadsheets: a table with a column for each field
    Csv,
}

const EXAMPLES: &str = "\
Each line has the time in UTC, the thread, the name of the tracepoint, and its
fields. Long data and lists are shortened and their length is given; --full
prints all of them.

With --format ndjson each line is one of these, but without the spaces:
  {\"time\": .., \"mono_ns\": .., \"seq\": .., \"thread\": .., \"thread_name\": ..,
   \"event\": \"net:ping\", \"fields\": {..}}
  {\"gap\": {\"event\": \"net:ping\", \"lost\": {\"queue_full\": 12, ..}}}
Data is in hexadecimal digits, enums are names, durations are in nanoseconds and
times in nanoseconds since 1970, what is missing is null, and numbers that JSON
cannot express (NaN, inf) are strings. `seq` counts all events, lost ones too.

With --format csv the first line names the columns: time (in nanoseconds, as
mono_ns above), utc, sequence, thread, thread_name, tracepoint, and then the
fields of all events that are watched, by tracepoint in the order of names.
Fields of the same name share a column, and stay empty where an event has no
such field. One that is called as a column that is there already, say `time`,
gets the name of its tracepoint in front: `net:ping.time`. Missing values are
empty, data is in hexadecimal digits, lists and structs are JSON. Gaps are not
shown, but `sequence` jumps. The columns stay as they are: a field that none
of them is named after, of a tracepoint that became known later, is left out,
as told on standard error.

Examples:
  tracepoint watch my-node 'net:*'                  until Ctrl-C
  tracepoint watch my-node net:ping '*:added' -n 9  nine events of two kinds
  tracepoint watch my-node '*' --for 10s --format ndjson > events.ndjson
  tracepoint watch my-node net:ping --format csv > pings.csv
  tracepoint watch my-node '*:added' --format ndjson | jq .fields.fee
  tracepoint watch my-node net:inbound_message --where 'size > 1000 && message_type == \"block\"'
  tracepoint watch my-node 'utxocache:*' --rate 10/s     some, whatever there are
  tracepoint watch node.rec 'net:*' --from 1h --for 5s   of a recording";

/// Prints events until there is a reason to end.
pub fn run(arguments: &Watch) -> Result<Outcome, Failure> {
    let mut session = Session::open_again_and_again(
        &arguments.target.target,
        &arguments.selection,
        Purpose::Print,
        arguments.reattach,
    )?;
    let mut sink = sink(arguments, &session);
    sink.begin()?;
    sink.flush()?;
    let mut left = arguments.count;
    let mut end = Ok(());
    while left != Some(0) {
        match session.next(None)? {
            Turn::Batch(batch) => {
                let flow = session.pour(&batch, &mut *sink, &mut left);
                // What was printed is to be seen, even if the rest could not be read.
                sink.flush()?;
                if flow?.is_break() {
                    break;
                }
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
    let outcome = session.sum_up();
    end.map(|()| outcome)
}

fn sink(arguments: &Watch, session: &Session) -> Box<dyn Sink> {
    let (out, clock) = (output::stdout(), Clock::new(session.info().utc_offset));
    match arguments.format {
        EventFormat::Text => {
            Box::new(Text::new(out, clock, session.name_width(), arguments.full, style::on_stdout()))
        }
        EventFormat::Ndjson => Box::new(Ndjson::new(out, clock)),
        EventFormat::Csv => Box::new(Csv::new(out, clock, session.event_types())),
    }
}
