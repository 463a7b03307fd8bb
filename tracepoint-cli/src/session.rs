//! Events of a process or of a recording, and the account of what came of them.

mod ledger;
mod live;
mod moment;
mod names;
mod pour;
mod replay;
mod successor;
mod target;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tracepoint_ipc::schema::EventType;
use tracepoint_ipc::{Batch, Catalog, ProcessInfo, SubscriptionStats, ThreadInfo};

pub use ledger::{Ledger, Row, causes};
pub use moment::Moment;
pub use names::check as check_names;
pub use names::matches;
pub use replay::Replay;
pub use target::Target;

use crate::cli::Selection;
use crate::exit::{Failure, Outcome};
use crate::interrupt;
use crate::output::{number, style};
use live::Live;
use successor::{Successor, Wait};

/// A process or a recording, from which events come.
pub struct Session {
    source: Source,
    info: ProcessInfo,
    opened: Instant,
    name_width: usize,
    threads: HashMap<u32, ThreadInfo>,
    ledger: Ledger,
    fail_on_loss: bool,
    /// Whom to watch when the process is gone, if anybody.
    successor: Option<Successor>,
}

enum Source {
    Live(Box<Live>),
    Replay(Box<Replay>),
}

/// What happened next.
pub enum Turn {
    /// Events came.
    Batch(Batch),
    /// Nothing came until the given time.
    Quiet,
    /// All events have come.
    Over,
    /// No more events come, though there should be some: the process is gone, or the recording is damaged.
    Gone(Failure),
}

/// What the events will be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be printed, field by field.
    Print,
    /// To be counted.
    Count,
    /// To be written into a file.
    Record,
}

impl Session {
    /// Opens a recording, or attaches to a process and switches on what was selected.
    pub fn open(target: &str, selection: &Selection, purpose: Purpose) -> Result<Self, Failure> {
        interrupt::listen()?;
        let (source, info) = match Target::open(target)? {
            Target::Live(client) => {
                let (live, info) = Live::open(client, selection, purpose)?;
                (Source::Live(Box::new(live)), info)
            }
            Target::Recording(recording) => {
                let replay = Replay::open(recording, selection)?;
                let info = replay.recording().reader.info().clone();
                (Source::Replay(Box::new(replay)), info)
            }
        };
        let mut session = Self {
            source,
            info,
            opened: Instant::now(),
            name_width: 0,
            threads: HashMap::new(),
            ledger: Ledger::default(),
            fail_on_loss: selection.fail_on_loss,
            successor: None,
        };
        session.name_width = session.find_name_width();
        session.introduce();
        Ok(session)
    }

    /// As [`open`](Self::open). If `reattach`, the next process of the same name is watched when this one is gone.
    pub fn open_again_and_again(
        target: &str,
        selection: &Selection,
        purpose: Purpose,
        reattach: bool,
    ) -> Result<Self, Failure> {
        let mut session = Self::open(target, selection, purpose)?;
        if reattach {
            if session.replay().is_some() {
                return Err(Failure::other("--reattach is for live processes, and this is a recording"));
            }
            session.successor = Some(Successor::of(&session.info));
        }
        Ok(session)
    }

    /// The process that the events come from.
    pub fn info(&self) -> &ProcessInfo {
        &self.info
    }

    /// The tracepoints, and their types if the purpose needs them, that are known by now.
    pub fn catalog(&self) -> &Arc<Catalog> {
        match &self.source {
            Source::Live(live) => live.stream.catalog(),
            Source::Replay(replay) => replay.recording().reader.catalog(),
        }
    }

    /// The tags of the tracepoints that were selected.
    pub fn matched(&self) -> &[u16] {
        match &self.source {
            Source::Live(live) => live.stream.matched(),
            Source::Replay(replay) => replay.matched(),
        }
    }

    /// The recording that is read, if it is one.
    pub fn replay(&self) -> Option<&Replay> {
        match &self.source {
            Source::Live(_) => None,
            Source::Replay(replay) => Some(replay),
        }
    }

    /// What came of it so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The same, to write into it.
    pub fn ledger_mut(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// The types of the events of the tracepoints that were selected, as far as they are known by now.
    pub fn event_types(&self) -> Vec<&EventType> {
        let catalog = self.catalog();
        let selected = self.matched().iter().filter_map(|&tag| catalog.tracepoint(tag));
        selected.filter_map(|tracepoint| catalog.event_type(tracepoint)).collect()
    }

    /// Length of the longest name of a tracepoint that was selected.
    pub fn name_width(&self) -> usize {
        self.name_width
    }

    /// When the session began.
    pub fn opened(&self) -> Instant {
        self.opened
    }

    /// How long the session lasts: on the clock of the recording at `time` of it, else on ours.
    pub fn elapsed(&self, time: u64) -> Duration {
        match &self.source {
            Source::Live(_) => self.opened.elapsed(),
            Source::Replay(replay) => Duration::from_nanos(time.saturating_sub(replay.from())),
        }
    }

    /// What `elapsed` is by the calendar.
    pub fn utc(&self, elapsed: Duration) -> OffsetDateTime {
        match &self.source {
            Source::Live(_) => OffsetDateTime::now_utc(),
            Source::Replay(replay) => {
                let nanos = i128::from(replay.from()) + i128::from(self.info.utc_offset);
                OffsetDateTime::from_unix_timestamp_nanos(nanos + elapsed.as_nanos() as i128)
                    .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            }
        }
    }

    /// Waits for events, but not longer than `until`. A recording never makes anybody wait. When the time for the
    /// whole command is over, or on Ctrl-C, what was fired before still comes.
    pub fn next(&mut self, until: Option<Instant>) -> Result<Turn, Failure> {
        let turn = loop {
            match (&mut self.source, &mut self.successor) {
                (Source::Replay(replay), _) => break replay.next(),
                (Source::Live(live), None) => break live.next(until)?,
                (Source::Live(live), Some(successor)) if successor.is_awaited() => {
                    match successor.wait(live, until)? {
                        Wait::Attached(live, info) => self.attach(live, info),
                        Wait::Turn(turn) => break turn,
                    }
                }
                (Source::Live(live), Some(successor)) => match live.next(until)? {
                    Turn::Gone(reason) if !live.is_stopping() => successor.wait_from_now(&reason),
                    turn => break turn,
                },
            }
        };
        match &turn {
            Turn::Batch(batch) => self.take_in(batch),
            Turn::Over => self.settle(),
            Turn::Quiet | Turn::Gone(_) => {}
        }
        Ok(turn)
    }

    /// The final counts, when all events have come; `None` if nobody knows.
    pub fn final_stats(&self) -> Option<SubscriptionStats> {
        match &self.source {
            Source::Live(live) => live.stream.final_stats().cloned(),
            Source::Replay(replay) => replay.final_stats(),
        }
    }

    /// Tells on standard error what came and what was lost.
    pub fn sum_up(&self) -> Outcome {
        self.ledger.sum_up();
        if self.ledger.lost().queue_full > 0 && self.replay().is_none() {
            style::tell(
                "  to lose less: watch fewer tracepoints, write to a file, or allow a larger --queue",
            );
        }
        if self.fail_on_loss && self.ledger.lost().total() > 0 { Outcome::Lost } else { Outcome::Done }
    }

    /// Goes on with another process. What is numbered is numbered anew.
    fn attach(&mut self, live: Box<Live>, info: ProcessInfo) {
        self.successor = Some(Successor::of(&info));
        self.source = Source::Live(live);
        self.info = info;
        self.threads.clear();
        self.ledger.begin_anew();
        let ProcessInfo { name, pid, .. } = &self.info;
        style::tell(&format!("attached to {name} (pid {pid})"));
    }

    fn take_in(&mut self, batch: &Batch) {
        for thread in batch.threads() {
            self.threads.insert(thread.id, thread.clone());
        }
        for gap in batch.gaps() {
            self.ledger.lose(gap.tag, gap.lost, batch.catalog());
        }
    }

    fn settle(&mut self) {
        if let Source::Replay(replay) = &self.source {
            for &tag in replay.matched() {
                self.ledger.leave_out(tag, replay.left_out(tag), replay.recording().reader.catalog());
            }
        }
        if let Some(stats) = self.final_stats() {
            let catalog = self.catalog().clone();
            self.ledger.settle(&stats, &catalog);
        }
    }

    fn introduce(&self) {
        let matched = number::counted(self.matched().len() as u64, "tracepoint", "tracepoints");
        let ProcessInfo { name, pid, .. } = &self.info;
        style::tell_person(&match &self.source {
            Source::Live(_) => format!("watching {matched} of {name} (pid {pid}); Ctrl-C ends it"),
            Source::Replay(_) => format!("reading what was recorded of {matched} of {name} (pid {pid})"),
        });
    }

    fn find_name_width(&self) -> usize {
        let matched = self.matched().iter().filter_map(|tag| self.catalog().tracepoint(*tag));
        matched.map(|tracepoint| tracepoint.full_name().len()).max().unwrap_or(0)
    }
}
