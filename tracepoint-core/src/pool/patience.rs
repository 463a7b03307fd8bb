//! Waiting for room, where the owner of the process wants that.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What a probe does when there is no room for its event.
///
/// ```
/// use std::time::Duration;
/// use tracepoint_core::pool::{Limits, WhenFull};
///
/// let lossless = Limits { when_full: WhenFull::Block { timeout: Duration::from_secs(1) }, ..Limits::default() };
/// assert_ne!(lossless, Limits::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenFull {
    /// Drops the event and counts it.
    #[default]
    Drop,
    /// Waits until the drain has made room, and drops the event only then. The *traced thread* waits, so this is
    /// for programs that would rather be slow than lose events. What waits in the queue of a subscription is not
    /// waited for: give it room. A thread that drives the drain itself never waits, and when nobody does, no
    /// thread waits twice.
    Block {
        /// The longest time that an event waits.
        timeout: Duration,
    },
}

/// Between two looks.
const INTERVAL: Duration = Duration::from_micros(100);

/// Passes of the drain, and how many there were when a probe last waited in vain.
static PASSES: AtomicU64 = AtomicU64::new(0);
static IN_VAIN: AtomicU64 = AtomicU64::new(u64::MAX);

thread_local! {
    /// Whether the thread drives the drain.
    static DRIVES: Cell<bool> = const { Cell::new(false) };
}

/// This thread made a pass of the drain. All relaxed: nothing but a count.
pub(super) fn passed() {
    PASSES.fetch_add(1, Ordering::Relaxed);
    DRIVES.set(true);
}

/// Whether probes are to wait.
pub(crate) fn may_wait() -> bool {
    super::limits().when_full != WhenFull::Drop
}

/// Tries again and again, if probes are to wait, until there is room or the time is over.
#[cold]
pub(crate) fn wait<R>(mut attempt: impl FnMut() -> Option<R>) -> Option<R> {
    let WhenFull::Block { timeout } = super::limits().when_full else { return None };
    if DRIVES.get() || IN_VAIN.load(Ordering::Relaxed) == PASSES.load(Ordering::Relaxed) {
        return None;
    }
    let start = Instant::now();
    let passes = PASSES.load(Ordering::Relaxed);
    loop {
        super::wake_drain();
        std::thread::sleep(INTERVAL);
        if let Some(room) = attempt() {
            return Some(room);
        }
        if start.elapsed() >= timeout {
            if passes == PASSES.load(Ordering::Relaxed) {
                IN_VAIN.store(passes, Ordering::Relaxed);
            }
            return None;
        }
    }
}
