//! From what a person types to the path of a socket.

use std::fmt;
use std::path::{Path, PathBuf};

use super::directory;
use super::discover::{Found, State, discover_in};
use super::name::parse_pid;
use super::platform::{Process, process};
use super::probe::{Probe, probe};

/// Finds the socket of a process: by its id, by the name of its exporter, by `NAME.PID`, or by path.
///
/// A target with a path separator in it is a path; one of digits only is a process id.
///
/// # Errors
/// The error says what was tried, what is there instead, and what to do.
///
/// ```no_run
/// let path = tracepoint_ipc::socket::resolve("my-node")?;
/// # Ok::<(), tracepoint_ipc::socket::ResolveError>(())
/// ```
pub fn resolve(target: &str) -> Result<PathBuf, ResolveError> {
    let directories = directory::for_clients();
    if target.is_empty() {
        return Err(ResolveError::new(target, Problem::Empty));
    }
    if target.contains(std::path::is_separator) {
        return by_path(target);
    }
    let found = discover_in(&directories);
    match parse_pid(target) {
        Some(pid) => by_pid(target, pid, &found, directories),
        None => by_name(target, &found, directories),
    }
}

fn by_path(target: &str) -> Result<PathBuf, ResolveError> {
    let path = Path::new(target);
    let problem = match probe(path) {
        Probe::Live => return Ok(path.to_owned()),
        Probe::Refused => Problem::Stale,
        Probe::NotASocket => Problem::NotASocket,
        Probe::Missing => Problem::NoSuchFile,
        Probe::Denied => Problem::Denied,
    };
    Err(ResolveError::new(target, problem))
}

fn by_pid(target: &str, pid: u32, found: &[Found], searched: Vec<PathBuf>) -> Result<PathBuf, ResolveError> {
    let sockets: Vec<&Found> = found.iter().filter(|found| found.pid == pid).collect();
    if let Some(path) = choose(target, &sockets)? {
        return Ok(path);
    }
    let problem = match process(pid) {
        Process::Missing => Problem::NoSuchProcess,
        Process::Foreign => Problem::ForeignProcess,
        Process::Ours => Problem::NoExporter { searched },
    };
    Err(ResolveError::new(target, problem))
}

fn by_name(target: &str, found: &[Found], searched: Vec<PathBuf>) -> Result<PathBuf, ResolveError> {
    let is_meant = |found: &&Found| found.name == target || format!("{}.{}", found.name, found.pid) == target;
    let sockets: Vec<&Found> = found.iter().filter(is_meant).collect();
    if let Some(path) = choose(target, &sockets)? {
        return Ok(path);
    }
    let problem = match sockets.first().map(|found| found.state) {
        Some(State::Foreign) => Problem::Denied,
        Some(State::NotASocket) => Problem::NotASocket,
        Some(_) => Problem::Stale,
        None => Problem::UnknownName { searched, live: describe(found.iter()) },
    };
    Err(ResolveError::new(target, problem))
}

/// The only live one, if there is one.
fn choose(target: &str, sockets: &[&Found]) -> Result<Option<PathBuf>, ResolveError> {
    let live = || sockets.iter().copied().filter(|found| found.state == State::Live);
    if live().count() > 1 {
        return Err(ResolveError::new(target, Problem::Ambiguous { live: describe(live()) }));
    }
    Ok(live().next().map(|found| found.path.clone()))
}

fn describe<'a>(found: impl Iterator<Item = &'a Found>) -> Vec<String> {
    let live = found.filter(|found| found.state == State::Live);
    live.map(|found| format!("{}.{}", found.name, found.pid)).collect()
}

/// There is nobody to connect to.
///
/// ```
/// let error = tracepoint_ipc::socket::resolve("/no/such.sock").unwrap_err();
/// assert_eq!(error.to_string(), "/no/such.sock: there is no such file");
/// ```
#[derive(Clone, Debug)]
pub struct ResolveError {
    target: String,
    problem: Problem,
}

#[derive(Clone, Debug)]
enum Problem {
    Empty,
    NoSuchFile,
    NotASocket,
    Stale,
    Denied,
    NoSuchProcess,
    ForeignProcess,
    NoExporter { searched: Vec<PathBuf> },
    UnknownName { searched: Vec<PathBuf>, live: Vec<String> },
    Ambiguous { live: Vec<String> },
}

impl ResolveError {
    fn new(target: &str, problem: Problem) -> Self {
        Self { target: target.to_owned(), problem }
    }

    /// Whether the target is a name that no process has: perhaps it was meant to be something else.
    #[must_use]
    pub fn is_unknown_name(&self) -> bool {
        matches!(self.problem, Problem::UnknownName { .. })
    }

    /// Whether there were several candidates, rather than none.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.problem, Problem::Ambiguous { .. })
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = &self.target;
        match &self.problem {
            Problem::Empty => f.write_str("no target: give a process id, a name, or the path of a socket"),
            Problem::NoSuchFile => write!(f, "{target}: there is no such file"),
            Problem::NotASocket => write!(f, "{target}: is not a socket"),
            Problem::Stale => write!(
                f,
                "{target}: nobody listens; the process was probably killed and has left its socket behind"
            ),
            Problem::Denied => {
                write!(f, "{target}: belongs to another user: run this as that user or as root")
            }
            Problem::NoSuchProcess => write!(f, "there is no process {target}"),
            Problem::ForeignProcess => {
                write!(f, "process {target} belongs to another user: run this as that user or as root")
            }
            Problem::NoExporter { searched } => {
                write!(f, "process {target} has no exporter, or not yet")?;
                write_searched(f, searched)
            }
            Problem::UnknownName { searched, live } => {
                write!(f, "no process has an exporter called {target:?}")?;
                match live.as_slice() {
                    [] => f.write_str(", or any other")?,
                    live => write!(f, "; there are: {}", live.join(", "))?,
                }
                write_searched(f, searched)
            }
            Problem::Ambiguous { live } => {
                write!(f, "{target:?} may be any of these, say which: {}", live.join(", "))
            }
        }
    }
}

fn write_searched(f: &mut fmt::Formatter<'_>, searched: &[PathBuf]) -> fmt::Result {
    let searched: Vec<String> = searched.iter().map(|dir| dir.display().to_string()).collect();
    match searched.as_slice() {
        [] => f.write_str(" (this user has no directory of sockets"),
        dirs => write!(f, " (looked in {}", dirs.join(", ")),
    }?;
    write!(f, "; {} names another directory)", directory::VARIABLE)
}

impl std::error::Error for ResolveError {}
