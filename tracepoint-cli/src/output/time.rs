//! Times of events as text.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// Turns the clock of a process into UTC. Remembers the text of the last second, which most events share.
#[derive(Debug)]
pub struct Clock {
    utc_offset: i64,
    second: Option<i64>,
    text: String,
}

/// A time, in parts to be put together.
#[derive(Debug, PartialEq, Eq)]
pub struct Utc<'a> {
    /// `2026-01-31`
    pub date: &'a str,
    /// `23:59:59`
    pub time: &'a str,
    /// Nanoseconds of the second.
    pub nanos: u32,
}

impl Clock {
    /// For a process whose clock is `utc_offset` nanoseconds behind UTC.
    pub fn new(utc_offset: i64) -> Self {
        Self { utc_offset, second: None, text: String::new() }
    }

    /// The time of an event.
    pub fn utc(&mut self, time: u64) -> Utc<'_> {
        let utc = i128::from(time) + i128::from(self.utc_offset);
        let second = i64::try_from(utc.div_euclid(NANOS_PER_SECOND)).unwrap_or_default();
        let nanos = u32::try_from(utc.rem_euclid(NANOS_PER_SECOND)).unwrap_or_default();
        if self.second != Some(second) {
            self.second = Some(second);
            let time = OffsetDateTime::from_unix_timestamp(second).unwrap_or(OffsetDateTime::UNIX_EPOCH);
            self.text = time.format(&Rfc3339).unwrap_or_default();
        }
        let (date, time) = self.text.trim_end_matches('Z').split_once('T').unwrap_or_default();
        Utc { date, time, nanos }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_remembered_and_forgotten() {
        let mut clock = Clock::new(1_700_000_000_000_000_000);
        let expected = [
            (0, "22:13:20", 0),
            (999_999_999, "22:13:20", 999_999_999),
            (1_000_000_000, "22:13:21", 0),
            (5, "22:13:20", 5),
        ];
        for (time, text, nanos) in expected {
            assert_eq!(clock.utc(time), Utc { date: "2023-11-14", time: text, nanos });
        }
    }

    #[test]
    fn absurd_times_do_no_harm() {
        assert_eq!(Clock::new(-1).utc(0), Utc { date: "1969-12-31", time: "23:59:59", nanos: 999_999_999 });
        assert_eq!(Clock::new(i64::MAX).utc(u64::MAX).time.len(), 8);
    }
}
