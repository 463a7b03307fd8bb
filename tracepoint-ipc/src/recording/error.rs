//! What can be wrong with a recording.

use std::fmt;
use std::io;

/// A recording that cannot be read, or not any further.
///
/// ```
/// use std::io::Cursor;
/// use tracepoint_ipc::recording::{ReadError, Reader};
///
/// let error = Reader::new(Cursor::new(b"something else")).unwrap_err();
/// assert!(matches!(error, ReadError::NotARecording));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The file cannot be read at all.
    Io(io::Error),
    /// The file is of another kind.
    NotARecording,
    /// The file was written by a later version, in a format that this one does not know.
    Version {
        /// The version of the format.
        format: u32,
    },
    /// The file was cut before its first event.
    NoHeader {
        /// Its length in bytes.
        len: u64,
    },
    /// Some bytes are not what was written. What comes before them was read.
    Damaged {
        /// Where in the file.
        at: u64,
        /// What is there.
        what: String,
    },
}

impl ReadError {
    pub(super) fn damaged(at: u64, what: impl fmt::Display) -> Self {
        Self::Damaged { at, what: what.to_string() }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::NotARecording => f.write_str("it is not a recording"),
            Self::Version { format } => write!(
                f,
                "it is a recording of format {format}, and this version reads format {}: use a later version",
                super::FORMAT
            ),
            Self::NoHeader { len } => {
                write!(f, "it is the beginning of a recording, cut after {len} bytes, before its first event")
            }
            Self::Damaged { at, what } => {
                write!(
                    f,
                    "the recording is damaged at byte {at}: {what}; what comes behind it cannot be read"
                )
            }
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The end of a recording that has no proper end: its writer was killed, its disk was full, or it is being
/// written at this moment. Displays as a sentence about it.
///
/// ```
/// fn warn(reader: &tracepoint_ipc::recording::Reader) {
///     if let Some(cut) = reader.cut() {
///         eprintln!("{cut}");
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cut {
    /// Bytes that were read: all whole batches.
    pub at: u64,
    /// Bytes behind them, which are the beginning of a batch.
    pub bytes: u64,
    /// Events in that batch; 0 if not even that is known.
    pub events: u32,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, bytes, events } = self;
        f.write_str("the recording was cut, or is still being written: ")?;
        match (bytes, events) {
            (0, _) => write!(f, "it ends with a whole batch, at byte {at}"),
            (_, 0) => write!(f, "it was read up to byte {at}, and the {bytes} bytes behind it were not"),
            _ => write!(
                f,
                "it was read up to byte {at}, and the {bytes} bytes behind it were not, which are the \
                 beginning of a batch of {events} events"
            ),
        }
    }
}
