//! Time stamps: nanoseconds of the system's monotonic clock, comparable between processes of a host.
//!
//! A probe stores raw *ticks*, from the cheapest source that the system itself trusts:
//! - the CPU's counter, where the kernel keeps its own time with it (`ticks`);
//! - otherwise the system's monotonic clock, in nanoseconds.
//!
//! The drain converts ticks to nanoseconds and calibrates against the system's clock all the time, so
//! that slewing by the system is followed and no error adds up (`Calibration`).
//!
//! # Caveats
//!
//! The counter is used on Linux alone, where the kernel tells what it trusts. In a virtual machine whose
//! host misrepresents its counter, kernel time and ours go wrong together; so order the events of a
//! thread by their sequence, never by time.

mod calibration;
mod system;
mod ticks;

pub(crate) use calibration::Calibration;
pub(crate) use ticks::{choose, direct_ticks, is_direct, ticks};

/// Now, in nanoseconds, on the clock that events are stamped with: the system's monotonic clock.
///
/// ```
/// let before = tracepoint_core::clock::now();
/// assert!(tracepoint_core::clock::now() >= before);
/// ```
pub fn now() -> u64 {
    system::monotonic()
}

/// What to add to a time stamp to get nanoseconds since the Unix epoch, as of now.
///
/// ```
/// use tracepoint_core::clock;
/// let utc = clock::now() as i64 + clock::utc_offset();
/// assert!(utc > 1_700_000_000_000_000_000);
/// ```
pub fn utc_offset() -> i64 {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    since_epoch.as_nanos() as i64 - now() as i64
}

/// Where time stamps come from: `"tsc"` (x86-64), `"cntvct"` (Arm), or `"system"`.
///
/// ```
/// assert!(["tsc", "cntvct", "system"].contains(&tracepoint_core::clock::source()));
/// ```
pub fn source() -> &'static str {
    choose();
    ticks::source()
}
