//! From ticks to nanoseconds.

use super::{system, ticks};

/// Converts ticks to nanoseconds of the system's clock.
///
/// Two readings of both clocks span a line. The newer one is taken at each pass of the drain, so what is
/// converted lies between the two or just behind, and the error stays below that of a reading.
#[derive(Debug, Default)]
pub(crate) struct Calibration {
    old: Reading,
    new: Reading,
    /// The one that will replace `old`, so that the slope follows the system's slewing.
    next: Reading,
    /// Nanoseconds for a tick, with 32 bits of fraction.
    slope: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Reading {
    ticks: u64,
    nanos: u64,
}

/// How long a slope is used before its older end moves on.
const SPAN_NANOS: u64 = 8_000_000_000;

/// A reading that took longer than this was interrupted.
const PROMPT_TICKS: u64 = 2_000;

impl Reading {
    fn take() -> Self {
        let mut best = None;
        for _ in 0..4 {
            let before = ticks();
            let nanos = system::monotonic();
            let took = ticks().wrapping_sub(before);
            if best.is_none_or(|(fastest, _)| took < fastest) {
                best = Some((took, Reading { ticks: before.wrapping_add(took / 2), nanos }));
            }
            if took < PROMPT_TICKS {
                break;
            }
        }
        best.map_or_else(Reading::default, |(_, reading)| reading)
    }
}

impl Calibration {
    /// Begins anew, after a time in which nobody listened.
    pub(crate) fn restart(&mut self) {
        let now = Reading::take();
        *self = Calibration { old: now, new: now, next: now, slope: 1 << 32 };
    }

    /// Takes a reading. Returns its ticks.
    pub(crate) fn update(&mut self) -> u64 {
        let now = Reading::take();
        self.new = now;
        if now.nanos.saturating_sub(self.next.nanos) > SPAN_NANOS {
            self.old = self.next;
            self.next = now;
        }
        let ticks = now.ticks.wrapping_sub(self.old.ticks);
        let nanos = now.nanos.saturating_sub(self.old.nanos);
        if ticks > 0 {
            self.slope = ((u128::from(nanos) << 32) / u128::from(ticks)) as u64;
        }
        now.ticks
    }

    /// Ticks in a time.
    pub(crate) fn ticks_in(&self, nanos: u64) -> u64 {
        ((u128::from(nanos) << 32) / u128::from(self.slope.max(1))) as u64
    }

    /// Nanoseconds at the last reading.
    pub(crate) fn latest(&self) -> u64 {
        self.new.nanos
    }

    /// Nanoseconds of the system's clock at `ticks`.
    #[inline]
    pub(crate) fn nanos(&self, ticks: u64) -> u64 {
        let delta = i128::from(ticks.wrapping_sub(self.new.ticks) as i64) * i128::from(self.slope);
        self.new.nanos.wrapping_add((delta >> 32) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converted_ticks_lie_between_readings_of_the_system_clock() {
        super::super::choose();
        let mut calibration = Calibration::default();
        calibration.restart();
        for _ in 0..100 {
            let before = system::monotonic();
            let stamp = ticks();
            let after = system::monotonic();
            calibration.update();
            // A reading may be off by as long as it took, should the thread be interrupted in it.
            let slack = 100_000;
            let nanos = calibration.nanos(stamp);
            assert!(nanos + slack >= before && nanos <= after + slack, "{before} {nanos} {after}");
        }
    }
}
