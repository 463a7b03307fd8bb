//! The clients in other processes, and what is done to them.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;

use crate::child::Child;

/// How long the client that stalls is stopped, and how long it may run in between: less than the time after
/// which an exporter hangs up.
const STOPPED: Duration = Duration::from_secs(10);
const RUNNING: Duration = Duration::from_secs(1);

/// How long a client lives that is killed.
const LIFE: Duration = Duration::from_secs(1);

/// All clients.
pub struct Crowd<'s> {
    socket: &'s Path,
    counting: Child,
    stalling: Child,
    dying: Child,
    sending_garbage: Child,
    is_stopped: bool,
    /// When the client that stalls is stopped or goes on, and when the one that dies does.
    turn: Instant,
    death: Instant,
    pub deaths: u64,
    pub stalls: u64,
}

impl<'s> Crowd<'s> {
    /// Starts all; returns when they have subscribed.
    ///
    /// # Errors
    /// One of them did not start.
    pub fn gather(socket: &'s Path) -> Result<Self> {
        let start = |role| {
            let mut child = Child::start(role, socket)?;
            child.wait_until_ready().map(|()| child)
        };
        Ok(Crowd {
            socket,
            counting: start("count")?,
            stalling: start("stall")?,
            dying: start("die")?,
            sending_garbage: start("garbage")?,
            is_stopped: false,
            turn: Instant::now(),
            death: Instant::now() + LIFE,
            deaths: 0,
            stalls: 0,
        })
    }

    /// Does to them what is due.
    ///
    /// # Errors
    /// One of them has ended by itself.
    pub fn look_after(&mut self) -> Result<()> {
        let now = Instant::now();
        if now >= self.turn {
            let (signal, next) =
                if self.is_stopped { (Signal::SIGCONT, RUNNING) } else { (Signal::SIGSTOP, STOPPED) };
            self.stalling.signal(signal)?;
            self.is_stopped = !self.is_stopped;
            self.stalls += u64::from(self.is_stopped);
            self.turn = now + next;
        }
        if now >= self.death {
            self.alive()?;
            self.dying.signal(Signal::SIGKILL)?;
            // The old one is waited for.
            self.dying = Child::start("die", self.socket)?;
            self.deaths += 1;
            self.death = now + LIFE;
        }
        Ok(())
    }

    fn alive(&mut self) -> Result<()> {
        for child in [&mut self.counting, &mut self.stalling, &mut self.dying, &mut self.sending_garbage] {
            if let Some(status) = child.has_ended()? {
                bail!("a client ended by itself, with {status}");
            }
        }
        Ok(())
    }

    /// Ends all; returns what the clients that count had to say, by subscription and tracepoint.
    ///
    /// # Errors
    /// One of them saw something wrong.
    pub fn dissolve(mut self) -> Result<Vec<String>> {
        self.alive()?;
        self.stalling.signal(Signal::SIGCONT)?;
        let mut said = self.counting.finish()?;
        said.extend(self.stalling.finish().context("after it was stopped")?);
        Ok(said)
    }
}
