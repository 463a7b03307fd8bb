//! Windows: named pipes, which all live in one directory of the system.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use interprocess::local_socket::ListenerOptions;
use interprocess::local_socket::tokio::{Listener, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::super::DirectoryError;
use crate::fork::Ours;

/// All programs share the directory of pipes.
pub(crate) const FILE_PREFIX: &str = "tracepoint.";

/// Pipes can be nowhere else.
pub(crate) const HAS_DIRECTORIES: bool = false;

/// Longest name of a pipe.
pub(crate) const MAX_PATH: usize = 256;

/// Where pipes are.
pub(crate) fn default_directory() -> PathBuf {
    PathBuf::from(r"\\.\pipe\")
}

/// Where exporters may be.
pub(crate) fn search_directories() -> Vec<PathBuf> {
    vec![default_directory()]
}

/// The directory of pipes always exists.
#[expect(clippy::unnecessary_wraps, reason = "the same signature on every platform")]
pub(crate) fn prepare_directory(_dir: &Path) -> Result<(), DirectoryError> {
    Ok(())
}

/// Pipes need no lock: they vanish with their process, and a name that is taken cannot be bound.
#[expect(clippy::unnecessary_wraps, reason = "the same signature on every platform")]
pub(crate) fn lock_directory(_dir: &Path) -> io::Result<impl Drop + use<>> {
    Ok(Lock)
}

struct Lock;

impl Drop for Lock {
    fn drop(&mut self) {}
}

/// Opens the pipe. The default security descriptor lets its owner and administrators write to it.
pub(crate) fn listen(path: &Path) -> io::Result<Listener> {
    ListenerOptions::new().name(to_name(path)?).create_tokio()
}

/// The name of a pipe in the form that the socket library takes.
pub(crate) fn to_name(path: &Path) -> io::Result<interprocess::local_socket::Name<'_>> {
    use interprocess::local_socket::{GenericFilePath, ToFsName};
    path.to_fs_name::<GenericFilePath>()
}

/// Length of a path as the system counts it.
pub(crate) fn path_length(path: &Path) -> usize {
    path.as_os_str().len()
}

/// Nothing is ever left to be removed.
pub(crate) fn is_own_socket(_path: &Path) -> bool {
    false
}

/// Whether `path` leads to something that is certainly not a pipe.
pub(crate) fn is_something_else(path: &Path) -> bool {
    !path.starts_with(default_directory())
}

/// Pipes cannot be replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity;

/// The identity of the pipe at `path`.
pub(crate) fn identity(_path: &Path) -> Option<Identity> {
    None
}

/// The name of a pipe goes with its last handle.
#[expect(clippy::unnecessary_wraps, reason = "the same signature on every platform")]
pub(crate) fn remove(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// What the system says about a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(dead_code, reason = "the same type on every platform")]
pub(crate) enum Process {
    /// It does not exist.
    Missing,
    /// It exists and belongs to this user.
    Ours,
    /// It exists and belongs to somebody else.
    Foreign,
}

/// Without a call into the system's interface we cannot tell: the pipe itself says whether it lives.
pub(crate) fn process(_pid: u32) -> Process {
    Process::Ours
}

/// The security descriptor of the pipe has kept others out already.
pub(crate) fn is_peer_allowed(_stream: &Stream) -> bool {
    true
}

/// One end of a connection, to be read by one task and written to by one.
pub(crate) struct Connected(Stream);

impl Connected {
    /// Takes the pipe.
    #[expect(clippy::unnecessary_wraps, reason = "the same signature on every platform")]
    pub(crate) fn new(stream: Stream) -> io::Result<Self> {
        Ok(Self(stream))
    }

    /// Reads what is there; 0 at the end.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        Pin::new(&mut self.0).poll_read(cx, &mut buffer).map_ok(|()| buffer.filled().len())
    }

    /// Writes the first of several slices that is not empty: there is no call for more.
    pub(crate) fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = slices.iter().find(|slice| !slice.is_empty());
        Pin::new(&mut self.0).poll_write(cx, first.map_or(&[], |slice| slice))
    }
}

/// There is no `fork`.
pub(crate) fn listen_not_for_children(_: &Listener) -> Ours {
    Ours
}

/// Not known here.
pub(crate) fn cpu_nanos() -> u64 {
    0
}
