//! Where a bug would show as a hang, the test ends with a message instead.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

/// Far more than anything here takes, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(120);

/// Ends the process unless it is dropped in time.
#[must_use]
pub struct Watchdog {
    _alive: Sender<()>,
}

impl Watchdog {
    /// Watches over what the caller does next.
    pub fn over(what: &'static str) -> Self {
        let (alive, dropped) = mpsc::channel();
        std::thread::spawn(move || {
            if dropped.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("hangs: {what}");
                std::process::abort();
            }
        });
        Watchdog { _alive: alive }
    }
}
