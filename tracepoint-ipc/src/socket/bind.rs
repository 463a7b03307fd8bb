//! Opens the socket of an exporter, and clears away what dead processes have left.

use std::io;
use std::path::{Path, PathBuf};

use interprocess::local_socket::tokio::Listener;

use super::claim::Claim;
use super::name::SocketName;
use super::probe::{Probe, probe};
use super::{DirectoryError, directory, platform};
use crate::fork::Ours;

/// An open socket. Dropping it removes the file, unless somebody has replaced it.
pub(crate) struct BoundSocket {
    _ours: Ours,
    pub(crate) listener: Listener,
    pub(crate) path: PathBuf,
    identity: Option<platform::Identity>,
    _claim: Claim,
}

impl BoundSocket {
    /// Opens the socket called `name` in `chosen`, or in the usual directory. Must be called inside a
    /// tokio runtime.
    pub(crate) fn new(name: &SocketName, chosen: Option<&Path>) -> Result<Self, BindError> {
        let dir = directory::for_exporter(chosen).map_err(BindError::Directory)?;
        let path = dir.join(name.file_name());
        let length = platform::path_length(&path);
        if length > platform::MAX_PATH {
            return Err(BindError::PathTooLong { path, length, limit: platform::MAX_PATH });
        }
        let Some(claim) = Claim::new(&path) else {
            return Err(BindError::SameProcess { name: name.name.clone() });
        };
        let failed = |source| BindError::Listen { path: path.clone(), source };
        let _lock = platform::lock_directory(&dir).map_err(failed)?;
        remove_stale(&dir);
        make_room(&path)?;
        let listener = platform::listen(&path).map_err(failed)?;
        let identity = platform::identity(&path);
        Ok(Self {
            _ours: platform::listen_not_for_children(&listener),
            listener,
            path,
            identity,
            _claim: claim,
        })
    }
}

impl Drop for BoundSocket {
    fn drop(&mut self) {
        if platform::identity(&self.path) == self.identity {
            // Nobody can connect any more, so a file that stays behind does no harm.
            let _ = platform::remove(&self.path);
        }
    }
}

/// The path carries our pid, and no exporter of this process has it. So what is there belongs to a dead
/// process that had our pid, or to a live one in another pid namespace.
fn make_room(path: &Path) -> Result<(), BindError> {
    match probe(path) {
        Probe::Missing => Ok(()),
        Probe::Refused if platform::is_own_socket(path) => {
            platform::remove(path).map_err(|source| BindError::Listen { path: path.to_owned(), source })
        }
        Probe::Live => Err(BindError::InUse { path: path.to_owned() }),
        Probe::NotASocket | Probe::Denied | Probe::Refused => {
            Err(BindError::Obstructed { path: path.to_owned() })
        }
    }
}

/// Removes sockets of processes that were killed. The caller holds the lock of the directory, so nobody is
/// between binding and listening.
fn remove_stale(dir: &Path) {
    for (socket, path) in super::discover::sockets_in(dir) {
        let dead = platform::process(socket.pid) == platform::Process::Missing;
        if dead && platform::is_own_socket(&path) && probe(&path) == Probe::Refused {
            let _ = platform::remove(&path);
        }
    }
}

/// Why a socket cannot be opened. `StartError` says it to people.
#[derive(Debug)]
pub(crate) enum BindError {
    Directory(DirectoryError),
    PathTooLong { path: PathBuf, length: usize, limit: usize },
    SameProcess { name: String },
    InUse { path: PathBuf },
    Obstructed { path: PathBuf },
    Listen { path: PathBuf, source: io::Error },
}
