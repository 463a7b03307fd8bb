//! `tracepoint record`.

mod arguments;
mod files;
mod pace;

use std::time::{Duration, Instant};

use tracepoint_ipc::Batch;

pub use self::arguments::Record;
use self::arguments::SyncWhen;
use self::files::Files;
use self::pace::Pace;
use crate::exit::{Failure, Outcome};
use crate::output::progress::Progress;
use crate::session::{Purpose, Session, Turn};

/// What came is written after this time, however little it is.
const PATIENCE: Duration = Duration::from_millis(100);

/// Writes events into files until there is a reason to end.
pub fn run(arguments: &Record) -> Result<Outcome, Failure> {
    let mut session = Session::open(&arguments.target.target, &arguments.selection, Purpose::Record)?;
    let mut files = Files::begin(arguments, &session)?;
    let mut progress = Progress::new();
    let mut pace = Pace::new(&arguments.output);
    let mut end = Ok(());
    let mut flushed = Instant::now();
    let mut synced = flushed;
    loop {
        let turn = session.next(Some(flushed + PATIENCE))?;
        let is_over = !matches!(turn, Turn::Batch(_) | Turn::Quiet);
        let written = match turn {
            Turn::Batch(batch) => {
                count(&mut session, &batch);
                files.write(&batch, &session)
            }
            Turn::Quiet | Turn::Over => Ok(()),
            Turn::Gone(failure) => {
                end = Err(failure);
                Ok(())
            }
        };
        let now = Instant::now();
        let is_due = match arguments.sync {
            SyncWhen::Never => false,
            SyncWhen::Batch => true,
            SyncWhen::Every(time) => now.duration_since(synced) >= time,
        };
        let written = written.and_then(|()| {
            if is_due {
                (synced, flushed) = (now, now);
                files.sync()
            } else if now.duration_since(flushed) >= PATIENCE {
                flushed = now;
                files.flush()
            } else {
                Ok(())
            }
        });
        if let Err(failure) = written {
            files.salvage();
            progress.clear();
            session.sum_up();
            return Err(failure);
        }
        if is_over {
            break;
        }
        progress.tell(|| pace.line(&session, &files));
    }
    let finished = files.finish(&session, arguments.sync);
    progress.clear();
    let outcome = session.sum_up();
    finished?;
    end.map(|()| outcome)
}

/// Enters a batch into the account. Events that cannot be read are recorded as they are.
fn count(session: &mut Session, batch: &Batch) {
    for event in batch.events().flatten() {
        session.ledger_mut().receive(event.tag(), event.raw().bytes().len(), batch.catalog());
    }
}
