//! `tracepoint watch`.

use crate::cli::{EventFormat, Watch};
use crate::exit::{Failure, Outcome};
use crate::output::csv::Csv;
use crate::output::ndjson::Ndjson;
use crate::output::sink::Sink;
use crate::output::text::Text;
use crate::output::time::Clock;
use crate::output::{self, style};
use crate::session::{Purpose, Session, Turn};

/// Prints events until there is a reason to end.
pub fn run(arguments: &Watch) -> Result<Outcome, Failure> {
    let mut session = Session::open(&arguments.target.target, &arguments.selection, Purpose::Print)?;
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
