//! What a command is about: a live process, or a recording.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracepoint_ipc::blocking::Client;
use tracepoint_ipc::recording::{ReadError, Reader};
use tracepoint_ipc::schema::Schema;
use tracepoint_ipc::{ConnectError, TracepointInfo};

use super::names;
use crate::cli::Choice;
use crate::exit::Failure;

/// A live process, or a recording.
pub enum Target {
    /// A process that we are attached to.
    Live(Client),
    /// A file with the events of a process.
    Recording(Box<Recording>),
}

/// A recording, and where it is.
pub struct Recording {
    /// As given on the command line.
    pub path: PathBuf,
    /// At its beginning.
    pub reader: Reader,
}

impl Target {
    /// Opens a file that is a recording, else attaches to a process.
    pub fn open(target: &str) -> Result<Self, Failure> {
        let path = Path::new(target);
        let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
        if is_file {
            match Reader::open(path) {
                Ok(reader) => return Ok(Self::recording(path, reader)),
                Err(ReadError::NotARecording) => {}
                Err(error) => return Err(Failure::recording(path, error)),
            }
        }
        Client::connect(target)
            .map(Self::Live)
            .map_err(|error| Failure::Connect { tried: tried(target, is_file, &error), error })
    }

    fn recording(path: &Path, reader: Reader) -> Self {
        Self::Recording(Box::new(Recording { path: path.to_owned(), reader }))
    }

    /// All tracepoints.
    pub fn tracepoints(&mut self) -> Result<Vec<TracepointInfo>, Failure> {
        match self {
            Self::Live(client) => Ok(client.tracepoints()?),
            Self::Recording(recording) => {
                recording.spans()?;
                Ok(recording.reader.tracepoints().to_vec())
            }
        }
    }

    /// The types of all events.
    pub fn schema(&self) -> Result<Arc<Schema>, Failure> {
        match self {
            Self::Live(client) => Ok(client.schema()?),
            Self::Recording(recording) => Ok(recording.reader.schema().clone()),
        }
    }
}

impl Recording {
    /// Makes sure that all tracepoints are known.
    pub fn spans(&mut self) -> Result<(), Failure> {
        self.reader.spans().map(drop).map_err(|error| Failure::recording(&self.path, error))
    }

    /// Leaves out what is not wanted, as the process would have done.
    pub fn choose(&mut self, choice: &Choice) -> Result<(), Failure> {
        if let Some(predicate) = &choice.filter {
            // All that it is for are to be known, so that one which makes no sense is told.
            self.spans()?;
            self.reader.select_where(predicate).map_err(|error| Failure::other(error.to_string()))?;
        }
        self.reader.sample(choice.sample.unwrap_or(0));
        self.reader.rate(choice.rate.unwrap_or(0));
        Ok(())
    }

    /// Whether events of a tracepoint were recorded, if there were any.
    pub fn has(&self, tracepoint: &TracepointInfo) -> bool {
        names::matches(&self.reader.header().patterns, tracepoint)
    }
}

/// What else was tried than what the error tells of.
fn tried(target: &str, is_file: bool, error: &ConnectError) -> &'static str {
    match error {
        ConnectError::Target(error) if error.is_unknown_name() && is_file => {
            ", and the file of this name is no recording"
        }
        ConnectError::Target(error) if error.is_unknown_name() => ", and there is no file of this name",
        ConnectError::Target(_) if is_file && target.contains(std::path::is_separator) => {
            ", and not a recording"
        }
        _ => "",
    }
}
