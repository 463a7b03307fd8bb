//! The next process of a name, for those who go on to watch when a process is gone.

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use tracepoint_ipc::ProcessInfo;
use tracepoint_ipc::blocking::Client;
use tracepoint_ipc::socket::{Found, State, discover};

use super::Turn;
use super::live::Live;
use crate::exit::Failure;
use crate::interrupt::PATIENCE;
use crate::output::style;

/// Time between two looks at what processes there are.
const INTERVAL: Duration = Duration::from_millis(250);

/// Whom to wait for.
pub struct Successor {
    name: String,
    /// Processes of this name that were there besides the one that was watched: they are not its successors.
    others: HashSet<u32>,
    /// When to look next, once the process is gone.
    look: Option<Instant>,
}

/// What came of waiting.
pub enum Wait {
    /// The process is there.
    Attached(Box<Live>, ProcessInfo),
    /// It is not.
    Turn(Turn),
}

impl Successor {
    /// The one that comes after this process, which is there now.
    pub fn of(info: &ProcessInfo) -> Self {
        let others = live(&info.name).map(|found| found.pid).filter(|&pid| pid != info.pid).collect();
        Self { name: info.name.clone(), others, look: None }
    }

    /// The process is gone.
    pub fn wait_from_now(&mut self, reason: &Failure) {
        style::tell(&format!(
            "{reason}. What it had not sent is lost with it. Waiting for the next process called {}",
            self.name
        ));
        self.look = Some(Instant::now());
    }

    /// Whether the process is gone, and the next one is not there yet.
    pub fn is_awaited(&self) -> bool {
        self.look.is_some()
    }

    /// Waits for it as long as [`Live::next`] would wait for events of the one before.
    pub fn wait(&mut self, before: &Live, until: Option<Instant>) -> Result<Wait, Failure> {
        loop {
            if before.is_time_to_stop() {
                return Ok(Wait::Turn(Turn::Over));
            }
            if self.look.is_some_and(|look| look <= Instant::now()) {
                self.look = Some(Instant::now() + INTERVAL);
                if let Some(client) = self.find() {
                    let (live, info) = before.again(client)?;
                    self.look = None;
                    return Ok(Wait::Attached(Box::new(live), info));
                }
            }
            if until.is_some_and(|until| until <= Instant::now()) {
                return Ok(Wait::Turn(Turn::Quiet));
            }
            thread::sleep(PATIENCE);
        }
    }

    /// A process that does not answer is not there yet, or not any more.
    fn find(&self) -> Option<Client> {
        let mut found = live(&self.name).filter(|found| !self.others.contains(&found.pid));
        found.find_map(|found| Client::connect_path(&found.path).ok())
    }
}

fn live(name: &str) -> impl Iterator<Item = Found> {
    discover().into_iter().filter(move |found| found.name == name && found.state == State::Live)
}
