//! Finds the processes that can be attached to.

use std::fmt;
use std::path::{Path, PathBuf};

use super::directory;
use super::name::SocketName;
use super::probe::{Probe, probe};

/// A socket that was found.
///
/// ```no_run
/// use tracepoint_ipc::socket::{Found, State, discover};
///
/// let live: Vec<Found> = discover().into_iter().filter(|found| found.state == State::Live).collect();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The name that the process has given to its exporter.
    pub name: String,
    /// The id of the process.
    pub pid: u32,
    /// The socket.
    pub path: PathBuf,
    /// Whether somebody answers.
    pub state: State,
}

/// What became of a socket.
///
/// ```
/// assert_eq!(format!("{:<6}|", tracepoint_ipc::socket::State::Live), "live  |");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// A process listens.
    Live,
    /// The process was killed and could not remove its socket. The next exporter will.
    Stale,
    /// It belongs to another user.
    Foreign,
    /// It is not a socket.
    NotASocket,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Foreign => "foreign",
            Self::NotASocket => "not a socket",
        })
    }
}

/// All sockets of this user (for root: of all users), sorted by name and process id.
///
/// Looks into the directory that the environment variable `TRACEPOINT_DIR` names, else into
/// `$XDG_RUNTIME_DIR/tracepoint` and the user's directory below the one for temporary files. Directories that
/// others could have tampered with are passed over.
///
/// ```no_run
/// for found in tracepoint_ipc::socket::discover() {
///     println!("{:<20} {:>8} {}", found.name, found.pid, found.state);
/// }
/// ```
#[must_use]
pub fn discover() -> Vec<Found> {
    discover_in(&directory::for_clients())
}

pub(super) fn discover_in(directories: &[PathBuf]) -> Vec<Found> {
    let sockets = directories.iter().flat_map(|dir| sockets_in(dir));
    let mut found: Vec<Found> = sockets.filter_map(|(socket, path)| examine(socket, path)).collect();
    found.sort_by(|a, b| (&a.name, a.pid, &a.path).cmp(&(&b.name, b.pid, &b.path)));
    found
}

/// Files in `dir` that are named like sockets. Names only: nothing is examined yet.
pub(super) fn sockets_in(dir: &Path) -> Vec<(SocketName, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let sockets = entries.flatten().filter_map(|entry| {
        let socket = SocketName::parse(entry.file_name().to_str()?)?;
        Some((socket, entry.path()))
    });
    sockets.collect()
}

fn examine(socket: SocketName, path: PathBuf) -> Option<Found> {
    let state = match probe(&path) {
        Probe::Live => State::Live,
        Probe::Refused => State::Stale,
        Probe::Denied => State::Foreign,
        Probe::NotASocket => State::NotASocket,
        Probe::Missing => return None,
    };
    Some(Found { name: socket.name, pid: socket.pid, path, state })
}
