//! Events for people: a line each.

use std::fmt;
use std::io::{self, Write};

use anstyle::Style;
use tracepoint_ipc::{Event, Gap, ThreadInfo, Value};

use super::style::{FAINT, FIELD, LOSS, NAME, when};
use super::time::{Clock, Utc};
use super::{Out, hex};
use crate::exit::Failure;
use crate::session::causes;

/// Data that is not longer is printed in full: a hash, a public key, a signature.
const FULL_DATA: usize = 64;
/// Of longer data, this many bytes from its beginning
const HEAD: usize = 8;
/// and this many from its end are printed.
const TAIL: usize = 4;

/// The width of a column of thread names. On Linux they are not longer.
const THREAD_WIDTH: usize = 15;

/// Prints events as text.
#[derive(Debug)]
pub struct Text {
    clock: Clock,
    /// Print data in full.
    full: bool,
    /// The longest name to come, so that fields stand below each other.
    name_width: usize,
    faint: Style,
    name: Style,
    field: Style,
    loss: Style,
}

impl Text {
    /// Prints times with `clock`, names in a column of `name_width`, and data in `full` if so wished.
    pub fn new(clock: Clock, name_width: usize, full: bool, colours: bool) -> Self {
        Self {
            clock,
            full,
            name_width,
            faint: when(colours, FAINT),
            name: when(colours, NAME),
            field: when(colours, FIELD),
            loss: when(colours, LOSS),
        }
    }

    /// Prints an event.
    pub fn event(
        &mut self,
        out: &mut Out,
        event: Event<'_>,
        thread: Option<&ThreadInfo>,
    ) -> Result<(), Failure> {
        let Self { faint, name, field, .. } = *self;
        let Utc { time, nanos, .. } = self.clock.utc(event.time());
        let micros = nanos / 1000;
        write!(out, "{faint}{time}.{micros:06}{faint:#} {:<THREAD_WIDTH$} ", ThreadName(thread))?;
        write!(
            out,
            "{name}{:<width$}{name:#}",
            Plain(event.tracepoint().full_name()),
            width = self.name_width
        )?;
        for value in event.fields() {
            let (info, value) = value?;
            write!(out, " {field}{}{field:#}=", Plain(&info.name))?;
            self.value(out, value)?;
        }
        out.write_all(b"\n")?;
        Ok(())
    }

    /// Prints that events were lost here.
    pub fn gap(&self, out: &mut Out, gap: &Gap, name: &str) -> Result<(), Failure> {
        let loss = self.loss;
        writeln!(out, "{loss}-- lost here: {} ({}) --{loss:#}", Plain(name), causes(&gap.lost))?;
        Ok(())
    }

    fn value(&self, out: &mut Out, value: Value<'_>) -> io::Result<()> {
        match value {
            Value::Text(text) => write!(out, "{}", Quoted(text)),
            Value::Data(data) => self.data(out, data),
            Value::Enum { name: Some(name), .. } => write!(out, "{}", Plain(name)),
            Value::Enum { ordinal, name: None } => write!(out, "{ordinal}"),
            Value::Unsupported => out.write_all(b"?"),
            value => write!(out, "{value}"),
        }
    }

    fn data(&self, out: &mut Out, data: &[u8]) -> io::Result<()> {
        match data {
            [] => out.write_all(b"(0 B)"),
            data if self.full || data.len() <= FULL_DATA => hex::write(out, data),
            data => {
                hex::write(out, &data[..HEAD])?;
                out.write_all(b"..")?;
                hex::write(out, &data[data.len() - TAIL..])?;
                write!(out, " ({} B)", data.len())
            }
        }
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

/// A text that is quoted unless it is a single plain word.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:,;/+*@#%&!<>[](){}|~^$".contains(&byte);
        if !self.0.is_empty() && self.0.bytes().all(is_plain) {
            f.write_str(self.0)
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_go_without_quotes() {
        let cases = [
            ("inv", "inv"),
            ("127.0.0.1:8333", "127.0.0.1:8333"),
            ("[::1]:8333", "[::1]:8333"),
            ("", r#""""#),
            ("two words", r#""two words""#),
            ("a=b", r#""a=b""#),
            ("\u{1b}[2J", r#""\u{1b}[2J""#),
            ("\"", r#""\"""#),
        ];
        for (text, expected) in cases {
            assert_eq!(Quoted(text).to_string(), expected);
        }
    }

    #[test]
    fn names_cannot_command_the_terminal() {
        assert_eq!(format!("{:<8}|", Plain("msghand")), "msghand |");
        assert_eq!(Plain("a\u{1b}[2J\n").to_string(), "a\\u{1b}[2J\\n");
    }
}
