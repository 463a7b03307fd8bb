//! Colours, and the voice of the program on standard error.

use std::fmt::{self, Display};
use std::io::{self, IsTerminal};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

/// Heads of tables, and what matters in a line.
pub const STRONG: Style = Style::new().bold();
/// What is always there and seldom read.
pub const FAINT: Style = Style::new().dimmed();
/// Names of tracepoints.
pub const NAME: Style = AnsiColor::Cyan.on_default();
/// Names of fields.
pub const FIELD: Style = AnsiColor::Green.on_default();
/// Losses.
pub const LOSS: Style = AnsiColor::Yellow.on_default().bold();
/// Errors.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// All is well.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();

/// Text in a style.
#[derive(Debug, Clone, Copy)]
pub struct Styled<T>(pub Style, pub T);

impl<T: Display> Display for Styled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(style, text) = self;
        write!(f, "{style}{text}{style:#}")
    }
}

/// Whether what goes to standard output should be coloured: it is a terminal and nobody objects.
pub fn on_stdout() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// The style if there are to be colours, else none.
pub fn when(colours: bool, style: Style) -> Style {
    if colours { style } else { Style::new() }
}

/// Says something on standard error, in the name of the program.
pub fn tell(text: &str) {
    anstream::eprintln!("tracepoint: {text}");
}

/// Says something that a person wants to know and a log does not.
pub fn tell_person(text: &str) {
    if io::stderr().is_terminal() {
        anstream::eprintln!("{}", Styled(FAINT, format!("tracepoint: {text}")));
    }
}

/// Tells of an error.
pub fn complain(text: &str) {
    // Several lines end with what they are about, not with a sentence.
    let stop = if text.contains('\n') || text.ends_with(['.', '!', '?', ')']) { "" } else { "." };
    anstream::eprintln!("{} {text}{stop}", Styled(ERROR, "tracepoint:"));
}
