//! Linux: a timer of the kernel, because the one of the event loop cannot be finer than a millisecond.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Ticks at an interval. Ticks that nobody waited for count as one.
pub(super) struct Ticks(AsyncFd<OwnedFd>);

impl Ticks {
    pub(super) fn new(interval: Duration) -> io::Result<Self> {
        let timer =
            timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        // SAFETY: the descriptor is open, and belongs to the `AsyncFd` alone until that closes it.
        let timer = unsafe { AsyncFd::register_with_interest(timer, Interest::READABLE) }?;
        let mut ticks = Self(timer);
        ticks.set_interval(interval)?;
        Ok(ticks)
    }

    /// The next tick comes after a whole interval.
    pub(super) fn set_interval(&mut self, interval: Duration) -> io::Result<()> {
        let interval = Timespec {
            tv_sec: i64::try_from(interval.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(interval.subsec_nanos()),
        };
        let setting = Itimerspec { it_interval: interval, it_value: interval };
        timerfd_settime(self.0.get_ref(), TimerfdTimerFlags::empty(), &setting)?;
        Ok(())
    }

    pub(super) async fn next(&mut self) -> io::Result<()> {
        loop {
            let mut ready = self.0.readable().await?;
            let ticks = rustix::io::read(self.0.get_ref(), &mut [0; 8]);
            // One read takes all ticks so far: there is no need for a second one to find that out.
            ready.clear_ready();
            match ticks {
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
