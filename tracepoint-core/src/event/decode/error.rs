//! Why bytes cannot be read.

use std::fmt;

/// Why an event could not be read.
///
/// ```
/// use tracepoint_core::DecodeError;
/// assert_eq!(DecodeError::OutOfBounds.to_string(), "a pointer leads out of the message");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end within a message.
    Truncated,
    /// A message has more than one segment, or a segment of no words.
    Framing,
    /// A pointer leads out of the message.
    OutOfBounds,
    /// A pointer is not of the kind that the schema says.
    WrongPointer,
    /// A text is not UTF-8, or has no NUL at its end.
    BadText,
    /// Bytes of another length than the array that they should fill.
    WrongLength,
    /// An enum variant that the reader does not know, by ordinal.
    UnknownVariant(u16),
    /// A number that the type of the field cannot hold.
    OutOfRange,
    /// Parts of a message overlap, so that reading all of it could take for ever.
    Overlap,
    /// The event is of another type than the one asked for.
    WrongEvent,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DecodeError::Truncated => "the bytes end within a message",
            DecodeError::Framing => "not a message of one segment",
            DecodeError::OutOfBounds => "a pointer leads out of the message",
            DecodeError::WrongPointer => "a pointer is not of the kind that the schema says",
            DecodeError::BadText => "a text is not UTF-8 with a NUL at its end",
            DecodeError::WrongLength => "bytes of another length than the field's",
            DecodeError::UnknownVariant(ordinal) => {
                return write!(f, "enum variant {ordinal} is not known here: the writer is newer");
            }
            DecodeError::OutOfRange => "a number that the type of the field cannot hold",
            DecodeError::Overlap => "parts of the message overlap",
            DecodeError::WrongEvent => "the event is of another type than the one asked for",
        })
    }
}

impl std::error::Error for DecodeError {}
