//! Knocks at a socket to see who answers.

use std::io;
use std::path::Path;

use interprocess::ConnectWaitMode;
use interprocess::local_socket::ConnectOptions;

use super::platform;

/// What is at the path of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    /// Somebody listens.
    Live,
    /// A socket that nobody listens to.
    Refused,
    /// A file of another kind.
    NotASocket,
    /// Nothing.
    Missing,
    /// We may not connect.
    Denied,
}

/// Connects and hangs up. Does not wait, even for a process that is stopped.
pub(crate) fn probe(path: &Path) -> Probe {
    if platform::is_something_else(path) {
        return Probe::NotASocket;
    }
    match connect(path) {
        Ok(()) => Probe::Live,
        Err(error) => match error.kind() {
            // The queue of connections is full: somebody owns it.
            io::ErrorKind::WouldBlock => Probe::Live,
            io::ErrorKind::ConnectionRefused => Probe::Refused,
            io::ErrorKind::NotFound => Probe::Missing,
            io::ErrorKind::PermissionDenied => Probe::Denied,
            // Of another kind than ours, or a path that no socket can have.
            _ => Probe::NotASocket,
        },
    }
}

fn connect(path: &Path) -> io::Result<()> {
    let name = platform::to_name(path)?;
    ConnectOptions::new().name(name).wait_mode(ConnectWaitMode::Deferred).connect_sync().map(drop)
}
