//! What can go wrong for a client.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::schema::SchemaError;
use crate::socket::ResolveError;

/// A process cannot be attached to.
///
/// ```
/// use tracepoint_ipc::{ConnectError, blocking::Client};
///
/// let error = Client::connect("/no/such.sock").unwrap_err();
/// assert!(matches!(error, ConnectError::Target(_)));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// There is no such process, or it has no exporter.
    Target(ResolveError),
    /// The socket does not take a connection.
    Socket {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The connection was closed at once.
    TurnedAway {
        /// The socket.
        path: PathBuf,
    },
    /// Somebody else listens there.
    NotAnExporter {
        /// The socket.
        path: PathBuf,
        /// What gave it away.
        reason: String,
    },
    /// Somebody listens and does not answer.
    Silent {
        /// The socket.
        path: PathBuf,
        /// How long we waited.
        waited: Duration,
    },
    /// The event loop of the blocking client could not be made.
    Runtime(io::Error),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(error) => error.fmt(f),
            Self::Socket { path, source } => write!(f, "cannot connect to {}: {source}", path.display()),
            Self::TurnedAway { path } => write!(
                f,
                "{} closed the connection at once: it has too many clients, does not take this user, or is no exporter \
                 of tracepoints",
                path.display()
            ),
            Self::NotAnExporter { path, reason } => {
                write!(f, "{} is not the socket of an exporter of tracepoints: {reason}", path.display())
            }
            Self::Silent { path, waited } => write!(
                f,
                "{} did not answer within {} s: the process is stopped or stuck, or it is no exporter of tracepoints",
                path.display(),
                waited.as_secs()
            ),
            Self::Runtime(error) => write!(f, "cannot start an event loop: {error}"),
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Socket { source, .. } | Self::Runtime(source) => Some(source),
            _ => None,
        }
    }
}

impl From<ResolveError> for ConnectError {
    fn from(error: ResolveError) -> Self {
        Self::Target(error)
    }
}

/// A question that a process did not answer.
///
/// ```no_run
/// use tracepoint_ipc::{CallError, Request, blocking::Client};
///
/// let client = Client::connect("my-node")?;
/// match client.subscribe(Request::new().pattern("net:pnig")) {
///     Err(CallError::Refused(why)) => eprintln!("{why}"), // names what is similar
///     other => drop(other?),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CallError {
    /// The connection has ended.
    Disconnected,
    /// The process has refused, and says why.
    Refused(String),
    /// The answer makes no sense.
    Malformed(String),
    /// The schema makes no sense.
    Schema(SchemaError),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disconnected => f.write_str(DISCONNECTED),
            Self::Refused(reason) => f.write_str(reason),
            Self::Malformed(reason) => write!(f, "the answer of the process makes no sense: {reason}"),
            Self::Schema(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CallError {}

/// How capnp-rpc marks the text of an error that comes from the other side.
const REMOTE: &str = "remote exception: ";

impl From<capnp::Error> for CallError {
    fn from(error: capnp::Error) -> Self {
        match (error.kind, error.extra.strip_prefix(REMOTE)) {
            (capnp::ErrorKind::Disconnected, _) => Self::Disconnected,
            (_, Some(reason)) => Self::Refused(reason.to_owned()),
            (_, None) => Self::Malformed(error.to_string()),
        }
    }
}

impl From<SchemaError> for CallError {
    fn from(error: SchemaError) -> Self {
        Self::Schema(error)
    }
}

/// A stream that has ended, though nobody asked for it.
///
/// ```
/// use tracepoint_ipc::StreamError;
///
/// let end = StreamError::Stopped { reason: "the node shuts down".to_owned() };
/// assert_eq!(end.to_string(), "the stream has ended: the node shuts down");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StreamError {
    /// The process has exited or was killed, or it has closed the connection: it does so when a client takes no
    /// batch for half a minute.
    Disconnected,
    /// The process has stopped its exporter. All events from before were delivered.
    Stopped {
        /// What it says.
        reason: String,
    },
    /// A question that the stream depends on was not answered.
    Call(CallError),
}

const DISCONNECTED: &str = "the connection has ended: the process has exited, or has hung up on a client that took nothing for too long";

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disconnected => f.write_str(DISCONNECTED),
            Self::Stopped { reason } => write!(f, "the stream has ended: {reason}"),
            Self::Call(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StreamError {}

impl From<CallError> for StreamError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Disconnected => Self::Disconnected,
            error => Self::Call(error),
        }
    }
}
