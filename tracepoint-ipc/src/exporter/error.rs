//! Why an exporter does not start.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::socket::{BindError, DirectoryError, NameError};

/// An exporter that could not be started. Nothing is left behind.
///
/// ```
/// use tracepoint_ipc::{Exporter, StartError};
///
/// let refused = Exporter::builder("my node").start().unwrap_err();
/// assert!(matches!(refused, StartError::Name(_)));
/// assert!(refused.to_string().contains("' ' cannot be part of a name"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The name cannot be that of a socket.
    Name(NameError),
    /// The directory of the socket is missing, or others have access to it.
    Directory(DirectoryError),
    /// The path of the socket is longer than the system allows.
    PathTooLong {
        /// The path.
        path: PathBuf,
        /// Bytes that it has.
        length: usize,
        /// Bytes that the system allows.
        limit: usize,
    },
    /// This process has an exporter of this name already.
    AlreadyRunning {
        /// The name.
        name: String,
    },
    /// A process of another pid namespace has the same name and id.
    InUse {
        /// The path of the socket.
        path: PathBuf,
    },
    /// Something that is not a socket of ours is in the way.
    Obstructed {
        /// What is in the way.
        path: PathBuf,
    },
    /// The system does not open the socket.
    Socket {
        /// The path of the socket.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system does not start the thread or its event loop.
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const VARIABLE: &str = crate::socket::VARIABLE;
        match self {
            Self::Name(error) => error.fmt(f),
            Self::Directory(error) => error.fmt(f),
            Self::PathTooLong { path, length, limit } => write!(
                f,
                "the path of the socket has {length} bytes and the system allows {limit}: choose a shorter name, or a \
                 shorter directory with {VARIABLE} or with the builder of the exporter ({})",
                path.display()
            ),
            Self::AlreadyRunning { name } => write!(
                f,
                "this process already has an exporter called {name:?}: drop it first, or choose another name"
            ),
            Self::InUse { path } => write!(
                f,
                "a process of another container, with the same name and process id, listens at {}: choose another name, \
                 or another directory with {VARIABLE} or with the builder of the exporter",
                path.display()
            ),
            Self::Obstructed { path } => write!(
                f,
                "something that is not a socket of this user is in the way: remove {}",
                path.display()
            ),
            Self::Socket { path, source } => write!(f, "cannot open the socket {}: {source}", path.display()),
            Self::Thread(source) => write!(f, "cannot start the thread of the exporter: {source}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Directory(error) => error.source(),
            Self::Socket { source, .. } | Self::Thread(source) => Some(source),
            _ => None,
        }
    }
}

impl From<BindError> for StartError {
    fn from(error: BindError) -> Self {
        match error {
            BindError::Directory(error) => Self::Directory(error),
            BindError::PathTooLong { path, length, limit } => Self::PathTooLong { path, length, limit },
            BindError::SameProcess { name } => Self::AlreadyRunning { name },
            BindError::InUse { path } => Self::InUse { path },
            BindError::Obstructed { path } => Self::Obstructed { path },
            BindError::Listen { path, source } => Self::Socket { path, source },
        }
    }
}
