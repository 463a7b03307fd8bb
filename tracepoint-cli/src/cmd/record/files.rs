//! The files of a recording: one, or several of bounded size.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracepoint_ipc::recording::{Header, Writer};
use tracepoint_ipc::{Batch, ThreadInfo};

use super::arguments::{Record, SyncWhen};
use crate::exit::Failure;
use crate::output::{self, number, style};
use crate::session::Session;

/// Stands for standard output.
const STDOUT: &str = "-";

/// The files of a recording.
pub struct Files {
    output: PathBuf,
    limits: Limits,
    force: bool,
    header: Header,
    /// As given by the recording that is copied.
    ended: Option<u64>,
    /// All that were written and not deleted, the current one last.
    paths: VecDeque<PathBuf>,
    current: Option<Writer>,
    /// Of all threads that appeared, the ones that a next file has to tell of.
    threads: BTreeMap<u32, ThreadInfo>,
    /// In the files before the current one.
    bytes_before: u64,
}

/// When another file begins.
struct Limits {
    bytes: Option<u64>,
    time: Option<Duration>,
    keep: Option<usize>,
}

impl Limits {
    fn are_set(&self) -> bool {
        self.bytes.is_some() || self.time.is_some()
    }
}

impl Files {
    /// Begins the first file.
    pub fn begin(arguments: &Record, session: &Session) -> Result<Self, Failure> {
        let limits = Limits {
            bytes: arguments.rotate_size.map(|size| size as u64),
            time: arguments.rotate_time,
            keep: arguments.keep.map(Into::into),
        };
        if arguments.output == Path::new(STDOUT) && (limits.are_set() || arguments.sync != SyncWhen::Never) {
            return Err(Failure::other(
                "standard output is no file: --rotate-size, --rotate-time and --sync need one",
            ));
        }
        let mut files = Self {
            output: arguments.output.clone(),
            limits,
            force: arguments.force,
            header: header(arguments, session),
            ended: session.replay().map(|replay| replay.ended().unwrap_or(0)),
            paths: VecDeque::new(),
            current: None,
            threads: BTreeMap::new(),
            bytes_before: 0,
        };
        if let Some(replay) = session.replay() {
            let source = &replay.recording().path;
            if same_file::is_same_file(source, files.next_path()).unwrap_or(false) {
                let name = source.display();
                return Err(Failure::other(format!(
                    "{name} cannot be copied onto itself: name another file"
                )));
            }
        }
        files.open(session)?;
        Ok(files)
    }

    fn is_stdout(&self) -> bool {
        self.output == Path::new(STDOUT)
    }

    /// Writes a batch, into another file if the current one is full.
    pub fn write(&mut self, batch: &Batch, session: &Session) -> Result<(), Failure> {
        if self.is_full(batch) {
            self.close()?;
            self.header.part += 1;
            self.header.threads = self.threads.values().cloned().collect();
            if let Some(Ok(event)) = batch.events().next() {
                self.header.began = event.time();
            }
            self.open(session)?;
        }
        self.threads.extend(batch.threads().iter().map(|thread| (thread.id, thread.clone())));
        self.with(|writer| writer.write(batch))
    }

    /// Hands to the system what has come so far.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.with(Writer::flush)
    }

    /// Waits until the disk has what has come so far.
    pub fn sync(&mut self) -> Result<(), Failure> {
        self.with(Writer::sync)
    }

    /// Bytes that were written.
    pub fn bytes(&self) -> u64 {
        self.bytes_before + self.current.as_ref().map_or(0, Writer::bytes_written)
    }

    /// Ends the recording.
    pub fn finish(mut self, session: &Session, sync: SyncWhen) -> Result<(), Failure> {
        let written = if sync == SyncWhen::Never { self.flush() } else { self.sync() };
        if let Err(failure) = written {
            self.salvage();
            return Err(failure);
        }
        // The final counts are about all files together.
        let stats = session.final_stats().filter(|_| self.header.part == 0);
        let ended = self.ended;
        if let Some(mut writer) = self.current.take() {
            if let Some(ended) = ended {
                writer.set_end(ended.max(writer.latest()));
            }
            self.bytes_before += writer.bytes_written();
            let file = writer.finish(stats.as_ref()).map_err(|error| self.failed(error))?;
            if sync != SyncWhen::Never {
                file.sync_all().map_err(|error| self.failed(error))?;
            }
        }
        self.tell();
        Ok(())
    }

    /// After a failure: leaves the current file as a recording of what could be written.
    pub fn salvage(mut self) {
        if let Some(writer) = self.current.take() {
            self.bytes_before += writer.bytes_written();
            // Without room for its end, the file is read like one that was cut.
            let _ = writer.salvage();
        }
        self.tell();
    }

    fn is_full(&self, batch: &Batch) -> bool {
        let Some(writer) = &self.current else { return false };
        // A file with nothing in it is not followed by another one.
        if !self.limits.are_set() || writer.is_empty() {
            return false;
        }
        let is_large =
            |limit| writer.bytes_written() + writer.bytes_pending() + batch.bytes().len() as u64 > limit;
        let is_long = |limit: Duration| {
            let time = batch.events().next().and_then(Result::ok).map_or(0, |event| event.time());
            u128::from(time.saturating_sub(self.header.began)) >= limit.as_nanos()
        };
        self.limits.bytes.is_some_and(is_large) || self.limits.time.is_some_and(is_long)
    }

    fn with(&mut self, write: impl FnOnce(&mut Writer) -> io::Result<()>) -> Result<(), Failure> {
        match self.current.as_mut().map(write) {
            Some(Err(error)) => Err(self.failed(error)),
            _ => Ok(()),
        }
    }

    /// Begins a file.
    fn open(&mut self, session: &Session) -> Result<(), Failure> {
        let path = self.next_path();
        let file = if self.is_stdout() { stdout()? } else { output::file(&path, self.force)? };
        match Writer::new(file, &self.header, session.catalog()) {
            Ok(writer) => self.current = Some(writer),
            Err(error) => {
                // Not even the header fits. A device stays.
                if !self.is_stdout() && fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
                    let _ = fs::remove_file(&path);
                }
                return Err(self.unwritten(error, &path, ""));
            }
        }
        self.paths.push_back(path);
        if self.limits.keep.is_some_and(|keep| self.paths.len() > keep) {
            if let Some(oldest) = self.paths.pop_front() {
                if let Err(error) = fs::remove_file(&oldest) {
                    style::tell(&format!("cannot delete {}: {error}", oldest.display()));
                }
            }
        }
        Ok(())
    }

    /// Ends a file that another one follows.
    fn close(&mut self) -> Result<(), Failure> {
        self.flush()?;
        if let Some(mut writer) = self.current.take() {
            self.bytes_before += writer.bytes_written();
            writer.set_end(writer.latest());
            writer.finish(None).map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    /// The name of the file of the current part.
    fn next_path(&self) -> PathBuf {
        if !self.limits.are_set() {
            return self.output.clone();
        }
        let number = u64::from(self.header.part) + 1;
        let mut name = self.output.file_stem().unwrap_or_default().to_owned();
        name.push(format!(".{number:04}"));
        if let Some(extension) = self.output.extension() {
            name.push(".");
            name.push(extension);
        }
        self.output.with_file_name(name)
    }

    fn failed(&self, error: io::Error) -> Failure {
        let path = self.paths.back().unwrap_or(&self.output);
        self.unwritten(error, path, ". What was written before can be read")
    }

    fn unwritten(&self, error: io::Error, path: &Path, advice: &str) -> Failure {
        if self.is_stdout() {
            return error.into();
        }
        Failure::other(format!("cannot write to {}: {error}{advice}", path.display()))
    }

    /// Says what there is now.
    fn tell(&self) {
        let bytes = number::bytes(self.bytes_before as f64);
        style::tell(&match (self.paths.len(), self.header.part) {
            (1, 0) => format!("wrote {bytes} to {}", self.output_name()),
            (kept, part) => {
                let files = number::counted(u64::from(part) + 1, "file", "files");
                let deleted = (part as usize + 1).saturating_sub(kept);
                let deleted =
                    if deleted > 0 { format!(", of which {deleted} were deleted") } else { String::new() };
                format!("wrote {bytes} to {files}{deleted}, the last one {}", self.output_name())
            }
        });
    }

    fn output_name(&self) -> String {
        if self.is_stdout() {
            return "standard output".to_owned();
        }
        self.paths.back().unwrap_or(&self.output).display().to_string()
    }
}

/// Standard output as a file, without any buffer.
fn stdout() -> Result<File, Failure> {
    let stdout = io::stdout();
    if stdout.is_terminal() {
        return Err(Failure::other(
            "a recording is nothing for a terminal: name a file with -o, or redirect",
        ));
    }
    #[cfg(unix)]
    let file = std::os::fd::AsFd::as_fd(&stdout).try_clone_to_owned();
    #[cfg(windows)]
    let file = std::os::windows::io::AsHandle::as_handle(&stdout).try_clone_to_owned();
    Ok(file?.into())
}

/// What the recording says of itself.
fn header(arguments: &Record, session: &Session) -> Header {
    let patterns = &arguments.selection.patterns;
    let Some(replay) = session.replay() else {
        return Header::new(session.info().clone()).patterns(patterns);
    };
    let recording = replay.recording();
    let mut header = recording.reader.header().clone();
    header.began = replay.from();
    // They come with the first batch.
    header.threads = Vec::new();
    header.part = 0;
    let recorded = recording.reader.tracepoints().iter().filter(|it| recording.has(it));
    let (selected, left_out): (Vec<_>, Vec<_>) = recorded.partition(|it| session.matched().contains(&it.tag));
    if !left_out.is_empty() {
        header.patterns = selected.iter().map(|it| it.full_name().to_owned()).collect();
    }
    header
}
