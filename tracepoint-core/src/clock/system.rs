//! The system's monotonic clock.

/// Nanoseconds of CLOCK_MONOTONIC, the same in every process of the host.
#[cfg(unix)]
#[inline]
pub(super) fn monotonic() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for writes. The clock always exists, so the call cannot fail.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Nanoseconds that never go back in this process, and agree with other processes as far as the
/// system's wall clock did when they started.
#[cfg(not(unix))]
#[inline]
pub(super) fn monotonic() -> u64 {
    use std::sync::OnceLock;
    use std::time::{Instant, SystemTime, UNIX_EPOCH};

    static ANCHOR: OnceLock<(Instant, u64)> = OnceLock::new();
    let (start, at_start) = ANCHOR.get_or_init(|| {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (Instant::now(), wall.as_nanos() as u64)
    });
    at_start + start.elapsed().as_nanos() as u64
}
