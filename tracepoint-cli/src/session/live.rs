//! The events of a process, as they happen.

use std::time::{Duration, Instant};

use tracepoint_ipc::blocking::{Client, EventStream};
use tracepoint_ipc::{Policy, ProcessInfo, Request, StreamError};

use super::{Purpose, Turn};
use crate::cli::Selection;
use crate::exit::Failure;
use crate::interrupt::{self, PATIENCE};

/// A subscription.
pub struct Live {
    /// Kept because the stream ends with it.
    _client: Client,
    pub stream: EventStream,
    request: Request,
    deadline: Option<Instant>,
    /// When we asked for the end, or last heard of the process after that.
    stopped: Option<Instant>,
}

/// How long a process that was asked for the end may say nothing.
const GRACE: Duration = Duration::from_secs(5);

impl Live {
    /// Switches on what was selected.
    pub fn open(
        client: Client,
        selection: &Selection,
        purpose: Purpose,
    ) -> Result<(Self, ProcessInfo), Failure> {
        if !selection.range.is_all() {
            return Err(Failure::other(
                "--from and --to are for recordings, and this is a live process; --for ends after a time",
            ));
        }
        let mut request = Request::new().patterns(&selection.patterns);
        if let Some(bytes) = selection.queue {
            request = request.queue_bytes(bytes);
        }
        let choice = &selection.choice;
        if let Some(filter) = &choice.filter {
            request = request.filter(filter);
        }
        if choice.keep_newest {
            request = request.policy(Policy::KeepNewest);
        }
        request = request.sample(choice.sample.unwrap_or(0)).rate(choice.rate.unwrap_or(0));
        if purpose == Purpose::Count {
            request = request.without_schema();
        }
        let deadline = selection.time.and_then(|time| Instant::now().checked_add(time));
        Self::subscribe(client, request, deadline)
    }

    /// Switches the same on in another process, until the same time.
    pub fn again(&self, client: Client) -> Result<(Self, ProcessInfo), Failure> {
        Self::subscribe(client, self.request.clone(), self.deadline)
    }

    fn subscribe(
        client: Client,
        request: Request,
        deadline: Option<Instant>,
    ) -> Result<(Self, ProcessInfo), Failure> {
        let info = client.info()?;
        let stream = client.subscribe(request.clone())?;
        Ok((Self { _client: client, stream, request, deadline, stopped: None }, info))
    }

    /// Waits for events, but not longer than `until`. When the time for the whole command is over, or on Ctrl-C,
    /// the probes are switched off, and what was fired before still comes.
    pub fn next(&mut self, until: Option<Instant>) -> Result<Turn, Failure> {
        loop {
            if self.is_time_to_stop() {
                self.stopped = Some(Instant::now());
                self.stream.stop();
            }
            match self.stream.next_timeout(self.patience(until)) {
                Ok(Some(batch)) => {
                    self.stopped = self.stopped.map(|_| Instant::now());
                    return Ok(Turn::Batch(batch));
                }
                Ok(None) if self.stream.is_ended() => return Ok(Turn::Over),
                Ok(None) if until.is_some_and(|until| until <= Instant::now()) => return Ok(Turn::Quiet),
                Ok(None) if self.stopped.is_some_and(|stopped| stopped.elapsed() > GRACE) => {
                    return Ok(Turn::Gone(Failure::Gone(SILENT.to_owned())));
                }
                Ok(None) => {}
                Err(error) => return gone(error),
            }
        }
    }

    /// Whether the process was asked for the end.
    pub fn is_stopping(&self) -> bool {
        self.stopped.is_some()
    }

    /// Whether the time for the whole command is over, or somebody pressed Ctrl-C, for the first time.
    pub fn is_time_to_stop(&self) -> bool {
        let is_late = || self.deadline.is_some_and(|deadline| deadline <= Instant::now());
        self.stopped.is_none() && (interrupt::requested() || is_late())
    }

    fn patience(&self, until: Option<Instant>) -> Duration {
        let deadline = self.deadline.filter(|_| self.stopped.is_none());
        let times = [until, deadline].into_iter().flatten();
        let left = times.map(|time| time.saturating_duration_since(Instant::now()));
        left.fold(PATIENCE, Duration::min)
    }
}

const SILENT: &str = "the process does not answer: it is stopped or stuck, and its last events have not come";

/// If the stream broke because the process is gone, that is an end like any other, as far as the loop goes.
fn gone(error: StreamError) -> Result<Turn, Failure> {
    match error {
        StreamError::Disconnected | StreamError::Stopped { .. } => {
            Ok(Turn::Gone(Failure::Gone(error.to_string())))
        }
        error => Err(error.into()),
    }
}
