//! Unix: sockets are files in a directory that belongs to the user.

mod connected;

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use interprocess::local_socket::ListenerOptions;
use interprocess::local_socket::tokio::{Listener, Stream, prelude::*};
use interprocess::os::unix::local_socket::ListenerOptionsExt;
use rustix::fs::FlockOperation;

pub(crate) use connected::Connected;

use super::super::DirectoryError;
use crate::fork::Ours;

/// Sockets have a directory to themselves, so that their names need no prefix.
pub(crate) const FILE_PREFIX: &str = "";

/// Sockets can be in any directory.
pub(crate) const HAS_DIRECTORIES: bool = true;

/// Longest path of a socket, without the final NUL.
pub(crate) const MAX_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// The directory of an exporter that was not told where to go: below `$XDG_RUNTIME_DIR` if that is
/// ours, else one of our own below the directory for temporary files.
pub(crate) fn default_directory() -> PathBuf {
    session_directory().unwrap_or_else(|| user_directory(&std::env::temp_dir(), own_uid()))
}

/// Where exporters of this user may be; for root, of all users.
pub(crate) fn search_directories() -> Vec<PathBuf> {
    let uid = own_uid();
    let mut found: Vec<PathBuf> = session_directory().into_iter().collect();
    let mut users = vec![uid];
    if uid == ROOT {
        users.extend(other_users());
    }
    for uid in users {
        let candidates = [
            PathBuf::from(format!("/run/user/{uid}/tracepoint")),
            user_directory(&std::env::temp_dir(), uid),
            user_directory(Path::new("/tmp"), uid),
        ];
        found.extend(candidates.into_iter().filter(|dir| check(dir, uid).is_ok()));
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|dir| seen.insert(dir.clone()));
    found
}

/// Makes the directory if it is missing, and makes sure that only this user can reach into it.
pub(crate) fn prepare_directory(dir: &Path) -> Result<(), DirectoryError> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(source) => return Err(DirectoryError::Create { path: dir.to_owned(), source }),
    }
    check(dir, own_uid())
}

/// Holds off every other exporter that wants to bind in this directory. Ends when dropped.
pub(crate) fn lock_directory(dir: &Path) -> io::Result<impl Drop + use<>> {
    let file = File::open(dir)?;
    rustix::fs::flock(&file, FlockOperation::LockExclusive)?;
    Ok(Lock(file))
}

struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file would do as well, unless a child process has inherited it.
        let _ = rustix::fs::flock(&self.0, FlockOperation::Unlock);
    }
}

/// Opens the socket for its owner only. The name stays until [`remove`] is called.
pub(crate) fn listen(path: &Path) -> io::Result<Listener> {
    let options = || Ok::<_, io::Error>(ListenerOptions::new().name(to_name(path)?).reclaim_name(false));
    match options()?.mode(0o600).create_tokio() {
        // Some systems cannot set the mode of a socket. The directory keeps others out there.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => options()?.create_tokio(),
        result => result,
    }
}

/// The name of a socket in the form that the socket library takes.
pub(crate) fn to_name(path: &Path) -> io::Result<interprocess::local_socket::Name<'_>> {
    use interprocess::local_socket::{GenericFilePath, ToFsName};
    path.to_fs_name::<GenericFilePath>()
}

/// Length of a path as the system counts it.
pub(crate) fn path_length(path: &Path) -> usize {
    path.as_os_str().as_bytes().len()
}

/// Whether there is a socket at `path`; symbolic links are not followed.
pub(crate) fn is_own_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.file_type().is_socket() && meta.uid() == own_uid())
}

/// Whether `path` leads to something that is certainly not a socket.
pub(crate) fn is_something_else(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| !meta.file_type().is_socket())
}

/// What a path led to when we bound it, to notice later that it was replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

/// The identity of the file at `path`.
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    let meta = fs::symlink_metadata(path).ok()?;
    Some(Identity { device: meta.dev(), inode: meta.ino() })
}

/// Removes the name of a socket.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// What the system says about a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Process {
    /// It does not exist.
    Missing,
    /// It exists and belongs to this user.
    Ours,
    /// It exists and belongs to somebody else.
    Foreign,
}

/// Looks for a process.
pub(crate) fn process(pid: u32) -> Process {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    match pid.map(rustix::process::test_kill_process) {
        Some(Ok(())) => Process::Ours,
        Some(Err(rustix::io::Errno::PERM)) => Process::Foreign,
        Some(Err(_)) | None => Process::Missing,
    }
}

/// Whether the process on the other end is one of this user or of root.
pub(crate) fn is_peer_allowed(stream: &Stream) -> bool {
    let peer = stream.peer_creds().ok().and_then(|creds| creds.euid());
    peer.is_some_and(|uid| uid == own_uid() || uid == ROOT)
}

/// Keeps a forked child from listening. To be dropped before the listener.
pub(crate) fn listen_not_for_children(listener: &Listener) -> Ours {
    let Listener::UdSocket(listener) = listener;
    Ours::new(listener)
}

/// CPU time of this process, in nanoseconds.
pub(crate) fn cpu_nanos() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

const ROOT: u32 = 0;

fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// `$XDG_RUNTIME_DIR/tracepoint`, unless the variable is of another user (as after `sudo`) or stale.
fn session_directory() -> Option<PathBuf> {
    let runtime = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR")?);
    let ours = fs::metadata(&runtime).is_ok_and(|meta| meta.is_dir() && meta.uid() == own_uid());
    (runtime.is_absolute() && ours).then(|| runtime.join("tracepoint"))
}

fn user_directory(parent: &Path, uid: u32) -> PathBuf {
    parent.join(format!("tracepoint-{uid}"))
}

/// Users that have, or may have, a directory of sockets.
fn other_users() -> Vec<u32> {
    let names = |dir: &Path| {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect::<Vec<_>>()
    };
    let sessions = names(Path::new("/run/user")).into_iter().filter_map(|name| name.parse().ok());
    let temporary = [PathBuf::from("/tmp"), std::env::temp_dir()].into_iter().flat_map(|dir| names(&dir));
    let temporary = temporary.filter_map(|name| name.strip_prefix("tracepoint-")?.parse().ok());
    let mut users: Vec<u32> = sessions.chain(temporary).filter(|&uid| uid != ROOT).collect();
    users.sort_unstable();
    users.dedup();
    users
}

/// Others must not be able to put a socket there, to rename one, or to see one.
fn check(dir: &Path, owner: u32) -> Result<(), DirectoryError> {
    let path = dir.to_owned();
    let meta = match fs::symlink_metadata(dir) {
        Ok(meta) => meta,
        Err(source) => return Err(DirectoryError::Read { path, source }),
    };
    if meta.is_symlink() {
        return Err(DirectoryError::Symlink { path });
    }
    if !meta.is_dir() {
        return Err(DirectoryError::NotADirectory { path });
    }
    if meta.uid() != owner {
        return Err(DirectoryError::Owner { path, owner: meta.uid() });
    }
    let mode = meta.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(DirectoryError::Mode { path, mode });
    }
    Ok(())
}
