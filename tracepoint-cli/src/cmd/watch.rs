//! `tracepoint watch`.

use std::io::Write;
use std::ops::ControlFlow;

use tracepoint_ipc::{Batch, Event, Gap, ThreadInfo};

use crate::cli::{StreamFormat, Watch};
use crate::exit::{Failure, Outcome};
use crate::output::ndjson::Ndjson;
use crate::output::text::Text;
use crate::output::time::Clock;
use crate::output::{self, Out, style};
use crate::session::{Purpose, Session, Turn};

/// A way to print events.
enum Printer {
    Text(Text),
    Ndjson(Ndjson),
}

/// Prints events until there is a reason to end.
pub fn run(arguments: &Watch) -> Result<Outcome, Failure> {
    let mut session = Session::open(&arguments.target.target, &arguments.selection, Purpose::Print)?;
    let mut printer = Printer::new(arguments, &session);
    let mut out = output::stdout();
    let mut left = arguments.count;
    let mut end = Ok(());
    while left != Some(0) {
        match session.next(None)? {
            Turn::Batch(batch) => {
                let flow = print(&mut session, &mut printer, &mut out, &batch, &mut left);
                // What was printed is to be seen, even if the rest could not be read.
                out.flush()?;
                if flow?.is_break() {
                    break;
                }
            }
            Turn::Quiet => {}
            Turn::Over => break,
            Turn::Gone(reason) => {
                end = Err(Failure::Gone(reason));
                break;
            }
        }
    }
    let outcome = session.sum_up();
    end.map(|()| outcome)
}

/// Prints a batch, but no more than `left` events.
fn print(
    session: &mut Session,
    printer: &mut Printer,
    out: &mut Out,
    batch: &Batch,
    left: &mut Option<u64>,
) -> Result<ControlFlow<()>, Failure> {
    let catalog = batch.catalog();
    for gap in batch.gaps() {
        let name = catalog.tracepoint(gap.tag).map_or("?", |tracepoint| tracepoint.full_name());
        printer.gap(out, gap, name)?;
    }
    for event in batch.events() {
        let event = event?;
        printer.event(out, event, session.threads().get(&event.thread()))?;
        session.ledger_mut().receive(event.tag(), event.raw().bytes().len(), catalog);
        if let Some(left) = left {
            *left -= 1;
            if *left == 0 {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

impl Printer {
    fn new(arguments: &Watch, session: &Session) -> Self {
        let clock = Clock::new(session.info().utc_offset);
        match arguments.format {
            StreamFormat::Text => {
                Self::Text(Text::new(clock, session.name_width(), arguments.full, style::on_stdout()))
            }
            StreamFormat::Ndjson => Self::Ndjson(Ndjson::new(clock)),
        }
    }

    fn event(&mut self, out: &mut Out, event: Event<'_>, thread: Option<&ThreadInfo>) -> Result<(), Failure> {
        match self {
            Self::Text(text) => text.event(out, event, thread),
            Self::Ndjson(ndjson) => ndjson.event(out, event, thread),
        }
    }

    fn gap(&self, out: &mut Out, gap: &Gap, name: &str) -> Result<(), Failure> {
        match self {
            Self::Text(text) => text.gap(out, gap, name),
            Self::Ndjson(ndjson) => ndjson.gap(out, gap, name),
        }
    }
}
