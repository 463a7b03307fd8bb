//! The directory of sockets: where it is, and that nobody else can tamper with it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::platform;

/// Names the directory of sockets, for exporters and clients alike.
pub(crate) const VARIABLE: &str = "TRACEPOINT_DIR";

/// The directory for a new socket, made if it is missing.
pub(crate) fn for_exporter(chosen: Option<&Path>) -> Result<PathBuf, DirectoryError> {
    let chosen = chosen.map(Path::to_owned).or_else(from_environment);
    let dir = chosen.filter(|_| platform::HAS_DIRECTORIES).unwrap_or_else(platform::default_directory);
    platform::prepare_directory(&dir)?;
    Ok(dir)
}

/// Where clients look.
pub(crate) fn for_clients() -> Vec<PathBuf> {
    match from_environment().filter(|_| platform::HAS_DIRECTORIES) {
        Some(dir) => vec![dir],
        None => platform::search_directories(),
    }
}

fn from_environment() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

/// Why a directory cannot hold sockets.
///
/// A socket that others could replace, or a directory that they could, would let them see events that are
/// none of their business; so a directory that is not private is refused and never repaired.
///
/// ```no_run
/// use tracepoint_ipc::socket::DirectoryError;
/// use tracepoint_ipc::{Exporter, StartError};
///
/// if let Err(StartError::Directory(DirectoryError::Mode { path, mode })) = Exporter::builder("my-node").start() {
///     eprintln!("{} has mode {mode:o}", path.display());
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum DirectoryError {
    /// It does not exist and cannot be made.
    Create {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It cannot be examined.
    Read {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is a symbolic link, which somebody may turn elsewhere.
    Symlink {
        /// The link.
        path: PathBuf,
    },
    /// It is a file.
    NotADirectory {
        /// The file.
        path: PathBuf,
    },
    /// It belongs to somebody else.
    Owner {
        /// The directory.
        path: PathBuf,
        /// User id of its owner.
        owner: u32,
    },
    /// Others have access to it.
    Mode {
        /// The directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create { path, source } => {
                write!(f, "cannot make the directory {} for the socket: {source}", path.display())?;
            }
            Self::Read { path, source } => {
                write!(f, "cannot examine the directory {} for the socket: {source}", path.display())?;
            }
            Self::Symlink { path } => {
                write!(f, "{} is a symbolic link, which could be turned elsewhere", path.display())?;
            }
            Self::NotADirectory { path } => write!(f, "{} is not a directory", path.display())?,
            Self::Owner { path, owner } => {
                write!(f, "the directory {} belongs to another user (uid {owner})", path.display())?;
            }
            Self::Mode { path, mode } => {
                let path = path.display();
                return write!(
                    f,
                    "others have access to the directory {path} (mode {mode:03o}): chmod 700 {path}"
                );
            }
        }
        write!(f, "; choose a private directory with {VARIABLE} or with the builder of the exporter")
    }
}

impl std::error::Error for DirectoryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Create { source, .. } | Self::Read { source, .. } => Some(source),
            _ => None,
        }
    }
}
