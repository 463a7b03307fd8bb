//! Events for people: a line each.

use std::fmt;
use std::io::Write;

use anstyle::Style;
use tracepoint_ipc::{Event, Gap, ThreadInfo};

use super::Out;
use super::sink::Sink;
use super::style::{FAINT, FIELD, LOSS, NAME, when};
use super::time::{Clock, Utc};
use super::value::Look;
use crate::exit::Failure;
use crate::session::causes;

/// The width of a column of thread names. On Linux they are not longer.
const THREAD_WIDTH: usize = 15;

/// Prints events as text.
pub struct Text {
    out: Out,
    clock: Clock,
    look: Look,
    /// The longest name to come, so that fields stand below each other.
    name_width: usize,
    faint: Style,
    name: Style,
    loss: Style,
}

impl Text {
    /// Prints to `out`, with the times of `clock`, names in a column of `name_width`, and long values in `full` if
    /// so wished.
    pub fn new(out: Out, clock: Clock, name_width: usize, full: bool, colours: bool) -> Self {
        Self {
            out,
            clock,
            look: Look { full, field: when(colours, FIELD) },
            name_width,
            faint: when(colours, FAINT),
            name: when(colours, NAME),
            loss: when(colours, LOSS),
        }
    }
}

impl Sink for Text {
    fn event(&mut self, event: Event<'_>, thread: Option<&ThreadInfo>) -> Result<(), Failure> {
        let Self { look, name_width, faint, name, .. } = *self;
        let out = &mut self.out;
        let Utc { time, nanos, .. } = self.clock.utc(event.time());
        let micros = nanos / 1000;
        write!(out, "{faint}{time}.{micros:06}{faint:#} {:<THREAD_WIDTH$} ", ThreadName(thread))?;
        write!(out, "{name}{:<name_width$}{name:#}", Plain(event.tracepoint().full_name()))?;
        for value in event.fields() {
            let (info, value) = value?;
            out.write_all(b" ")?;
            look.field(out, &info.name, value)?;
        }
        out.write_all(b"\n")?;
        Ok(())
    }

    fn gap(&mut self, gap: &Gap, name: &str) -> Result<(), Failure> {
        let loss = self.loss;
        writeln!(self.out, "{loss}-- lost here: {} ({}) --{loss:#}", Plain(name), causes(&gap.lost))?;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}

/// The name of a thread, or its number if it has none.
struct ThreadName<'a>(Option<&'a ThreadInfo>);

impl fmt::Display for ThreadName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(thread) if !thread.name.is_empty() => Plain(&thread.name).fmt(f),
            Some(thread) => f.pad(&thread.os_id.to_string()),
            None => f.pad("?"),
        }
    }
}

/// A name that the traced process gave, without anything that a terminal could take for a command.
pub struct Plain<'a>(pub &'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(char::is_control) {
            f.pad(&self.0.escape_debug().to_string())
        } else {
            f.pad(self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_command_the_terminal() {
        assert_eq!(format!("{:<8}|", Plain("msghand")), "msghand |");
        assert_eq!(Plain("a\u{1b}[2J\n").to_string(), "a\\u{1b}[2J\\n");
    }
}
