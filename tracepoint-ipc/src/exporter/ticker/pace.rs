//! How often to drain: often while a few events come, less often while none do, and also while so many do that
//! what each pass costs besides them is better shared by more of them.

use std::time::Duration;

/// Passes without an event before the pace slows down.
const PATIENCE: u32 = 64;

/// How much longer the interval is while no events come.
const IDLE: u32 = 8;

/// Events of a pass that are many: a quarter of a million a second, at the usual interval.
const MANY: u64 = 256;

/// How much longer the interval is while many events come.
const BUSY: u32 = 4;

/// The interval between two passes of the drain.
pub(super) struct Pace {
    shortest: Duration,
    empty_passes: u32,
    is_busy: bool,
}

impl Pace {
    pub(super) fn new(shortest: Duration) -> Self {
        Self { shortest, empty_passes: 0, is_busy: false }
    }

    pub(super) fn interval(&self) -> Duration {
        self.shortest * self.factor()
    }

    /// Takes note of a pass; whether the interval has changed.
    pub(super) fn saw(&mut self, events: u64) -> bool {
        let before = self.factor();
        self.empty_passes = if events > 0 { 0 } else { self.empty_passes.saturating_add(1) };
        self.is_busy = events >= MANY;
        self.factor() != before
    }

    fn factor(&self) -> u32 {
        if self.is_busy {
            BUSY
        } else if self.empty_passes >= PATIENCE {
            IDLE
        } else {
            1
        }
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
        assert_eq!(pace.interval(), shortest * IDLE);
        assert!(!pace.saw(0));
        assert!(pace.saw(1));
        assert_eq!(pace.interval(), shortest);
        assert!(!pace.saw(5));
        assert!(pace.saw(MANY));
        assert_eq!(pace.interval(), shortest * BUSY);
        assert!(!pace.saw(10 * MANY));
        assert!(pace.saw(0));
        assert_eq!(pace.interval(), shortest);
    }
}
