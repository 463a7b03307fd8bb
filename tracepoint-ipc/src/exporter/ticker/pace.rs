//! How often to drain: often while a few events come, less often while none do, and also while so many do that
//! what each pass costs besides them is better shared by more of them.

use std::time::Duration;

/// Passes without an event before the pace slows down.
const PATIENCE: u32 = 64;

/// How much longer the interval gets at most, while no events come or many.
const LONGER: u32 = 8;

/// How long it gets by that at most while many events come: whoever chose a longer one keeps it.
const LONGEST: Duration = Duration::from_millis(8);

/// Events of a pass that are many: a quarter of a million a second, at the usual interval. Once there were so many,
/// half of that rate is.
const MANY: u64 = 256;

/// Bytes of the rings that are to be taken at a time while many events come: as many as one pass takes, and one batch.
const ENOUGH: u64 = 320 << 10;

/// What came in an interval.
#[derive(Clone, Copy, Default)]
pub(super) struct Came {
    pub(super) events: u64,
    /// Of the rings.
    pub(super) bytes: u64,
    /// The rings filled up: a probe called before the interval was over.
    pub(super) called: bool,
}

/// The interval between two passes of the drain.
pub(super) struct Pace {
    shortest: Duration,
    empty_passes: u32,
    /// By what the interval is longer while many events come; 1 while they do not.
    stretch: u32,
}

impl Pace {
    pub(super) fn new(shortest: Duration) -> Self {
        Self { shortest, empty_passes: 0, stretch: 1 }
    }

    pub(super) fn interval(&self) -> Duration {
        let stretch = if self.empty_passes >= PATIENCE { LONGER } else { self.stretch };
        self.shortest.saturating_mul(stretch)
    }

    /// Takes note of what came; whether the next interval is of another length.
    pub(super) fn saw(&mut self, came: Came) -> bool {
        let before = self.interval();
        self.empty_passes = if came.events > 0 { 0 } else { self.empty_passes.saturating_add(1) };
        let was = u64::from(self.stretch);
        let many = if was > 1 { MANY / 2 * was } else { MANY };
        let is_short = came.events < many || came.called;
        self.stretch = if is_short { 1 } else { self.longest_for(came.bytes / was) };
        self.interval() != before
    }

    /// How much longer the interval may be if so many bytes come in the usual one. Doubled or not at all: each change
    /// is a call to the system.
    fn longest_for(&self, bytes: u64) -> u32 {
        let mut stretch = LONGER;
        let is_too_long = |stretch: u32| {
            self.shortest.saturating_mul(stretch) > LONGEST || bytes.saturating_mul(stretch.into()) > ENOUGH
        };
        while stretch > 1 && is_too_long(stretch) {
            stretch /= 2;
        }
        stretch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    /// Events of a hundred bytes.
    fn saw(pace: &mut Pace, events: u64) -> bool {
        pace.saw(Came { events, bytes: events * 100, called: false })
    }

    #[test]
    fn the_pace_follows_the_events() {
        let mut pace = Pace::new(MILLI);
        for _ in 1..PATIENCE {
            assert!(!saw(&mut pace, 0));
        }
        assert_eq!(pace.interval(), MILLI);
        assert!(saw(&mut pace, 0));
        assert_eq!(pace.interval(), MILLI * LONGER);
        assert!(!saw(&mut pace, 0));
        assert!(saw(&mut pace, 1));
        assert_eq!(pace.interval(), MILLI);
        assert!(!saw(&mut pace, 5));
        assert!(saw(&mut pace, MANY));
        assert_eq!(pace.interval(), LONGEST);
        assert!(!saw(&mut pace, 8 * MANY));
        assert!(saw(&mut pace, 0));
        assert_eq!(pace.interval(), MILLI);
    }

    #[test]
    fn a_rate_that_varies_a_little_is_one_pace() {
        let mut pace = Pace::new(MILLI);
        saw(&mut pace, MANY);
        // Half as many in each millisecond.
        assert!(!saw(&mut pace, 4 * MANY));
        assert!(saw(&mut pace, 4 * MANY - 1));
        assert_eq!(pace.interval(), MILLI);
    }

    #[test]
    fn the_more_bytes_come_the_sooner_they_are_taken() {
        let mut pace = Pace::new(MILLI);
        // In each millisecond.
        for (bytes, stretch) in [(40 << 10, 8), (60 << 10, 4), (100 << 10, 2), (300 << 10, 1), (40 << 10, 8)]
        {
            pace.saw(Came { events: 10 * MANY, bytes: bytes * u64::from(pace.stretch), called: false });
            assert_eq!(pace.interval(), MILLI * stretch, "{bytes}");
        }
    }

    #[test]
    fn rings_that_fill_up_are_looked_at_often() {
        let mut pace = Pace::new(MILLI);
        saw(&mut pace, MANY);
        assert!(pace.saw(Came { events: 8 * MANY, bytes: 128 << 10, called: true }));
        assert_eq!(pace.interval(), MILLI);
    }

    #[test]
    fn long_intervals_do_not_get_longer_by_events() {
        for (shortest, busy) in [(50, 400), (2_000, 8_000), (5_000, 5_000), (10_000, 10_000)] {
            let mut pace = Pace::new(Duration::from_micros(shortest));
            saw(&mut pace, MANY);
            assert_eq!(pace.interval(), Duration::from_micros(busy));
        }
        let mut pace = Pace::new(Duration::MAX);
        saw(&mut pace, MANY);
        assert_eq!(pace.interval(), Duration::MAX);
    }
}
