//! A form that events are written in.

use tracepoint_ipc::{Event, Gap, ThreadInfo};

use crate::exit::Failure;

/// Takes events one by one and writes them to an output of its own, in constant memory.
pub trait Sink {
    /// Writes what comes before all events.
    fn begin(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Writes an event of `thread`, if that is known.
    fn event(&mut self, event: Event<'_>, thread: Option<&ThreadInfo>) -> Result<(), Failure>;

    /// Writes that events of the tracepoint `name` were lost before the next event.
    fn gap(&mut self, gap: &Gap, name: &str) -> Result<(), Failure>;

    /// Writes what comes after all events.
    fn end(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Lets go of all that was written so far.
    fn flush(&mut self) -> Result<(), Failure>;
}
