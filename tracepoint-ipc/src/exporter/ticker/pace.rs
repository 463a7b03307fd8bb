//! How often to drain: often while events come, less often while none do.

use std::time::Duration;

/// Passes without an event before the pace slows down.
const PATIENCE: u32 = 64;

/// How much longer the interval is then.
const SLOWDOWN: u32 = 8;

/// The interval between two passes of the drain.
pub(super) struct Pace {
    shortest: Duration,
    empty_passes: u32,
}

impl Pace {
    pub(super) fn new(shortest: Duration) -> Self {
        Self { shortest, empty_passes: 0 }
    }

    pub(super) fn interval(&self) -> Duration {
        if self.is_slow() { self.shortest * SLOWDOWN } else { self.shortest }
    }

    /// Takes note of a pass; whether the interval has changed.
    pub(super) fn saw(&mut self, events: u64) -> bool {
        let was_slow = self.is_slow();
        self.empty_passes = if events > 0 { 0 } else { self.empty_passes.saturating_add(1) };
        self.is_slow() != was_slow
    }

    fn is_slow(&self) -> bool {
        self.empty_passes >= PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_follows_the_events() {
        let shortest = Duration::from_millis(1);
        let mut pace = Pace::new(shortest);
        for _ in 1..PATIENCE {
            assert!(!pace.saw(0));
        }
        assert_eq!(pace.interval(), shortest);
        assert!(pace.saw(0));
        assert_eq!(pace.interval(), shortest * SLOWDOWN);
        assert!(!pace.saw(0));
        assert!(pace.saw(1));
        assert_eq!(pace.interval(), shortest);
        assert!(!pace.saw(5));
    }
}
