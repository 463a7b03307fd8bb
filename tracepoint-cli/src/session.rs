//! A subscription to the events of a process, and the account of what came of it.

mod ledger;
mod pour;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tracepoint_ipc::blocking::{Client, EventStream};
use tracepoint_ipc::schema::EventType;
use tracepoint_ipc::{Batch, ProcessInfo, Request, StreamError, ThreadInfo, TracepointInfo};

pub use ledger::{Ledger, Row, causes};

use crate::cli::Selection;
use crate::exit::{Failure, Outcome};
use crate::interrupt::{self, PATIENCE};
use crate::output::{number, style};

/// An attached process.
pub struct Session {
    /// Kept because the stream ends with it.
    _client: Client,
    info: ProcessInfo,
    stream: EventStream,
    name_width: usize,
    threads: HashMap<u32, ThreadInfo>,
    ledger: Ledger,
    deadline: Option<Instant>,
    fail_on_loss: bool,
    stopped: bool,
}

/// What happened next.
pub enum Turn {
    /// Events came.
    Batch(Batch),
    /// Nothing came until the given time.
    Quiet,
    /// All events have come.
    Over,
    /// The process is gone; the text says how that was noticed.
    Gone(String),
}

/// What the events will be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be printed, field by field.
    Print,
    /// To be counted.
    Count,
}

impl Session {
    /// Attaches to a process, and switches on what was selected.
    pub fn open(target: &str, selection: &Selection, purpose: Purpose) -> Result<Self, Failure> {
        interrupt::listen()?;
        let client = Client::connect(target)?;
        let info = client.info()?;
        let mut request = Request::new().patterns(&selection.patterns);
        if let Some(bytes) = selection.queue {
            request = request.queue_bytes(bytes);
        }
        if purpose == Purpose::Count {
            request = request.without_schema();
        }
        let stream = client.subscribe(request)?;
        let name_width = name_width(&client.tracepoints()?, stream.matched());
        let matched = number::counted(stream.matched().len() as u64, "tracepoint", "tracepoints");
        style::tell_person(&format!(
            "watching {matched} of {} (pid {}); Ctrl-C ends it",
            info.name, info.pid
        ));
        Ok(Self {
            _client: client,
            info,
            stream,
            name_width,
            threads: HashMap::new(),
            ledger: Ledger::default(),
            deadline: selection.time.and_then(|time| Instant::now().checked_add(time)),
            fail_on_loss: selection.fail_on_loss,
            stopped: false,
        })
    }

    /// Whom we are attached to.
    pub fn info(&self) -> &ProcessInfo {
        &self.info
    }

    /// What came of it so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The same, to write into it.
    pub fn ledger_mut(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// The types of the events of the tracepoints that are watched, as far as they are known by now.
    pub fn event_types(&self) -> Vec<&EventType> {
        let catalog = self.stream.catalog();
        let watched = self.stream.matched().iter().filter_map(|&tag| catalog.tracepoint(tag));
        watched.filter_map(|tracepoint| catalog.event_type(tracepoint)).collect()
    }

    /// Length of the longest name of a tracepoint that is watched.
    pub fn name_width(&self) -> usize {
        self.name_width
    }

    /// Waits for events, but not longer than `until`. When the time for the whole command is over, or on Ctrl-C,
    /// the probes are switched off, and what was fired before still comes.
    pub fn next(&mut self, until: Option<Instant>) -> Result<Turn, Failure> {
        loop {
            if self.is_time_to_stop() {
                self.stop();
            }
            match self.stream.next_timeout(self.patience(until)) {
                Ok(Some(batch)) => {
                    self.take_in(&batch);
                    return Ok(Turn::Batch(batch));
                }
                Ok(None) if self.stream.is_ended() => return Ok(self.over()),
                Ok(None) if until.is_some_and(|until| until <= Instant::now()) => return Ok(Turn::Quiet),
                Ok(None) => {}
                Err(error) => return gone(error),
            }
        }
    }

    /// Tells on standard error what came and what was lost.
    pub fn sum_up(&self) -> Outcome {
        self.ledger.sum_up();
        if self.fail_on_loss && self.ledger.lost().total() > 0 { Outcome::Lost } else { Outcome::Done }
    }

    fn is_time_to_stop(&self) -> bool {
        let is_late = || self.deadline.is_some_and(|deadline| deadline <= Instant::now());
        !self.stopped && (interrupt::requested() || is_late())
    }

    fn stop(&mut self) {
        self.stopped = true;
        self.stream.stop();
    }

    fn patience(&self, until: Option<Instant>) -> Duration {
        let deadline = self.deadline.filter(|_| !self.stopped);
        let times = [until, deadline].into_iter().flatten();
        let left = times.map(|time| time.saturating_duration_since(Instant::now()));
        left.fold(PATIENCE, Duration::min)
    }

    fn take_in(&mut self, batch: &Batch) {
        for thread in batch.threads() {
            self.threads.insert(thread.id, thread.clone());
        }
        for gap in batch.gaps() {
            self.ledger.lose(gap.tag, gap.lost, batch.catalog());
        }
    }

    fn over(&mut self) -> Turn {
        if let Some(stats) = self.stream.final_stats() {
            self.ledger.settle(stats, self.stream.catalog());
        }
        Turn::Over
    }
}

fn name_width(tracepoints: &[TracepointInfo], matched: &[u16]) -> usize {
    let matched = tracepoints.iter().filter(|tracepoint| matched.contains(&tracepoint.tag));
    matched.map(|tracepoint| tracepoint.full_name().len()).max().unwrap_or(0)
}

/// If the stream broke because the process is gone, that is an end like any other, as far as the loop goes.
fn gone(error: StreamError) -> Result<Turn, Failure> {
    match error {
        StreamError::Disconnected | StreamError::Stopped { .. } => Ok(Turn::Gone(error.to_string())),
        error => Err(error.into()),
    }
}
