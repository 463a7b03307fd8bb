//! What the exit status means, and how errors are told.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tracepoint_ipc::recording::ReadError;
use tracepoint_ipc::{CallError, ConnectError, EventError, StreamError};

use crate::output::style;

/// How a command ended that did what it was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to remark: status 0.
    Done,
    /// Events were lost and `--fail-on-loss` was given: status 3.
    Lost,
    /// Schemas were compared, and readers of the old events cannot read the new ones: status 1.
    Incompatible,
}

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Standard output cannot be written. If its reader is gone, that is the reader's wish: status 0.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
    /// The traced process ended, or closed its exporter: status 4.
    #[error("{0}")]
    Gone(String),
    /// There is nobody to attach to.
    #[error("{error}{tried}{advice}", advice = advice(.error))]
    Connect {
        /// Why not.
        error: ConnectError,
        /// What else was tried.
        tried: &'static str,
    },
    /// A recording cannot be read, or not any further.
    #[error("{path}: {error}", path = path.display())]
    Recording {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: ReadError,
    },
    /// The traced process refused, or did not answer.
    #[error("{0}")]
    Call(#[from] CallError),
    /// The stream of events broke.
    #[error("{0}")]
    Stream(#[from] StreamError),
    /// An event makes no sense.
    #[error("an event cannot be read: {0}.")]
    Event(#[from] EventError),
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// A failure in words: what happened, and what to do.
    pub fn other(text: impl Into<String>) -> Self {
        Self::Other(text.into())
    }

    /// A recording that cannot be read.
    pub fn recording(path: &Path, error: ReadError) -> Self {
        Self::Recording { path: path.to_owned(), error }
    }

    fn status(&self) -> u8 {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::Gone(_) => 4,
            _ => 1,
        }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Self::Connect { error, tried: "" }
    }
}

/// What to do if nobody was found.
fn advice(error: &ConnectError) -> &'static str {
    match error {
        ConnectError::Target(_) => ". `tracepoint ps` lists what can be attached to",
        _ => "",
    }
}

/// Tells about a failure on standard error, and gives the exit status of the program.
pub fn report(result: Result<Outcome, Failure>) -> ExitCode {
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Lost) => ExitCode::from(3),
        Ok(Outcome::Incompatible) => ExitCode::from(1),
        Err(failure) => {
            let status = failure.status();
            if status != 0 {
                style::complain(&failure.to_string());
            }
            ExitCode::from(status)
        }
    }
}
