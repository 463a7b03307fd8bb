//! Times and durations, in nanoseconds.

use std::time::{Duration, SystemTime};

use super::{Stable, Value};
use crate::event::{DecodeError, FromWire, Slot, StructReader, Type};

/// Nanoseconds; what is longer than 584 years becomes that.
impl Value for Duration {
    const TYPE: Type = Type::Duration;
    // SAFETY: of a plain value.
    const STABLE: Stable<Self> = unsafe { Stable::promise() };
    type Lowered<'v> = u64;
    #[inline]
    fn lower(&self) -> u64 {
        self.as_nanos().try_into().unwrap_or(u64::MAX)
    }
}

impl<'a> FromWire<'a> for Duration {
    #[inline]
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        Ok(Duration::from_nanos(payload.u64(slot.offset)))
    }
}

/// Nanoseconds since the Unix epoch; what is before 1677 or after 2262 becomes that.
impl Value for SystemTime {
    const TYPE: Type = Type::Time;
    // SAFETY: of a plain value.
    const STABLE: Stable<Self> = unsafe { Stable::promise() };
    type Lowered<'v> = i64;
    #[inline]
    fn lower(&self) -> i64 {
        match self.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => after.as_nanos().try_into().unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
        }
    }
}

impl<'a> FromWire<'a> for SystemTime {
    #[inline]
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        let nanos = payload.i64(slot.offset);
        let distance = Duration::from_nanos(nanos.unsigned_abs());
        let time = match nanos {
            0.. => SystemTime::UNIX_EPOCH.checked_add(distance),
            _ => SystemTime::UNIX_EPOCH.checked_sub(distance),
        };
        time.ok_or(DecodeError::OutOfRange)
    }
}
