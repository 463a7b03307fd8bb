//! Elsewhere: the timer of the event loop, which cannot be finer than a millisecond.

use std::io;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

/// Ticks at a fixed interval. Ticks that nobody waited for count as one.
pub(super) struct Interval(tokio::time::Interval);

impl Interval {
    #[expect(clippy::unnecessary_wraps, reason = "the same signature on every platform")]
    pub(super) fn new(period: Duration) -> io::Result<Self> {
        let mut interval = interval(period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self(interval))
    }

    #[expect(clippy::unnecessary_wraps, reason = "the same signature on every platform")]
    pub(super) async fn tick(&mut self) -> io::Result<()> {
        self.0.tick().await;
        Ok(())
    }
}
