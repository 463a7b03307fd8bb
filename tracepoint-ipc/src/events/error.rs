//! Why an event cannot be read.

use std::fmt;

use tracepoint_core::DecodeError;

/// An event that cannot be read, or not as asked for.
///
/// ```
/// use tracepoint_ipc::EventError;
///
/// let error = EventError::WrongEvent { expected: "net:ping".to_owned(), found: "net:pong".to_owned() };
/// assert_eq!(error.to_string(), "the event is a net:pong and cannot be read as net:ping");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventError {
    /// It is an event of another type: ask `Event::is` first.
    WrongEvent {
        /// Full name of the type that was asked for.
        expected: String,
        /// Full name of the event.
        found: String,
    },
    /// Its tracepoint is not in the list of the process.
    UnknownTag(u16),
    /// The fields were asked for by name, but the stream was opened without the schema.
    NoSchema,
    /// The schema of the process lacks this event.
    NotInSchema(String),
    /// The bytes are not those of an event.
    Malformed(DecodeError),
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongEvent { expected, found } => {
                write!(f, "the event is a {found} and cannot be read as {expected}")
            }
            Self::UnknownTag(tag) => {
                write!(f, "an event of a tracepoint that the process does not list (tag {tag})")
            }
            Self::NoSchema => f.write_str(
                "the fields of events are not known, as the stream was opened without the schema: \
                 leave out Request::without_schema, or read events by their type",
            ),
            Self::NotInSchema(name) => write!(f, "the schema of the process does not describe {name}"),
            Self::Malformed(error) => write!(f, "the event is damaged: {error}"),
        }
    }
}

impl std::error::Error for EventError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            _ => None,
        }
    }
}

impl From<DecodeError> for EventError {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}
