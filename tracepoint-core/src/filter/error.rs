//! What is wrong with a predicate, and where.

use std::fmt;
use std::ops::Range;

/// A predicate that makes no sense. Displays as the problem, the text and a mark at its place.
///
/// ```
/// use tracepoints::Filter;
///
/// let error = "size >".parse::<Filter>().unwrap_err();
/// assert_eq!(error.to_string(), "a value is missing here\n  size >\n        ^");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    text: String,
    at: Range<usize>,
    message: String,
}

/// A problem somewhere in the text.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) at: Range<usize>,
    pub(super) message: String,
}

impl Problem {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Problem { at, message: message.into() }
    }
}

impl FilterError {
    pub(super) fn new(text: &str, at: Range<usize>, message: String) -> Self {
        // A predicate that is too long is not shown.
        let text = if text.len() > super::Filter::MAX_LEN { "" } else { text };
        FilterError { text: text.to_owned(), at, message }
    }

    /// Where the problem is, in bytes of the text.
    pub fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    /// What the problem is.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let Some((before, at)) = self.text.get(..self.at.start).zip(self.text.get(self.at.clone())) else {
            return Ok(());
        };
        let text: String = self.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let (indent, width) = (before.chars().count(), at.chars().count().max(1));
        write!(f, "\n  {text}\n  {:indent$}{}", "", "^".repeat(width))
    }
}

impl std::error::Error for FilterError {}
