//! Times in a recording, as people write them.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A time in a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So long after its beginning.
    After(Duration),
    /// By the calendar.
    At(OffsetDateTime),
}

impl Moment {
    /// Reads `10s`, or a time as RFC 3339 has it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Ok(duration) = humantime::parse_duration(text) {
            return Ok(Self::After(duration));
        }
        OffsetDateTime::parse(text, &Rfc3339).map(Self::At).map_err(|_| {
            "write it as a time since the beginning (10s, 1h30m), or as 2026-01-31T12:00:00Z".to_owned()
        })
    }

    /// The same on the clock of the events, for a recording that began at a time of that clock.
    pub fn on_clock(self, began: u64, utc_offset: i64) -> u64 {
        match self {
            Self::After(time) => began.saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)),
            Self::At(time) => {
                let nanos = time.unix_timestamp_nanos() - i128::from(utc_offset);
                u64::try_from(nanos.max(0)).unwrap_or(u64::MAX)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_relative_or_absolute() {
        let at = |text| Moment::parse(text).map(|moment| moment.on_clock(5_000_000_000, 1_000_000_000));
        assert_eq!(at("10s"), Ok(15_000_000_000));
        assert_eq!(at("0s"), Ok(5_000_000_000));
        assert_eq!(at("1970-01-01T00:00:09Z"), Ok(8_000_000_000));
        assert_eq!(at("1970-01-01T01:00:09.5+01:00"), Ok(8_500_000_000));
        assert_eq!(at("1969-12-31T00:00:00Z"), Ok(0), "before all events");
        for text in ["", "10", "yesterday", "2026-01-31"] {
            assert!(at(text).unwrap_err().contains("2026-01-31T12:00:00Z"), "{text}");
        }
    }
}
