//! Elsewhere: the timer of the event loop, which cannot be finer than a millisecond.

use std::io;
use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// Ticks at an interval. Ticks that nobody waited for count as one.
pub(super) struct Ticks(Interval);

impl Ticks {
    #[allow(clippy::unnecessary_wraps, reason = "the same signature on every platform")]
    pub(super) fn new(interval: Duration) -> io::Result<Self> {
        let mut ticks = interval_at(Instant::now() + interval, interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self(ticks))
    }

    /// The next tick comes after a whole interval.
    pub(super) fn set_interval(&mut self, interval: Duration) -> io::Result<()> {
        *self = Self::new(interval)?;
        Ok(())
    }

    #[allow(clippy::unnecessary_wraps, reason = "the same signature on every platform")]
    pub(super) async fn next(&mut self) -> io::Result<()> {
        self.0.tick().await;
        Ok(())
    }
}
