//! The one lock of the process side that listens: registry, rings, subscriptions. No probe waits for it,
//! and no code of the user runs under it.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};

use crate::drain::Drain;
use crate::gate::Generation;
use crate::registry::Registry;
use crate::subscription::Feeds;
use crate::{Tracepoint, fork};

/// Counts subscriptions; see [`gate`](crate::gate).
pub(crate) static GENERATION: Generation = Generation::new();

static CONTROL: Mutex<Control> = Mutex::new(Control::new());

/// Changes with each loss in a probe, so that the drain need not look at the counters otherwise.
static LOSSES: AtomicU64 = AtomicU64::new(0);

/// All that the lock protects.
pub(crate) struct Control {
    registry: Registry,
    pub(crate) feeds: Feeds,
    pub(crate) drain: Drain,
}

impl Control {
    const fn new() -> Self {
        Control { registry: Registry::new(), feeds: Feeds::new(), drain: Drain::new() }
    }

    /// The registry, with all that is known by now.
    pub(crate) fn registry(&mut self) -> &Registry {
        self.refresh();
        &self.registry
    }

    /// Takes in new tracepoints, and opens their gates for the subscriptions that want them.
    pub(crate) fn refresh(&mut self) {
        for index in self.registry.refresh() {
            self.feeds.admit(&self.registry, index);
        }
    }

    /// In a forked child: nobody listens here.
    pub(crate) fn abandon(&mut self) {
        self.feeds.clear(&self.registry);
        self.drain.abandon();
    }

    /// All parts at once.
    pub(crate) fn parts(&mut self) -> (&Registry, &mut Feeds, &mut Drain) {
        (&self.registry, &mut self.feeds, &mut self.drain)
    }
}

/// Takes the lock.
pub(crate) fn lock() -> MutexGuard<'static, Control> {
    fork::prepare();
    CONTROL.lock()
}

/// Takes in new tracepoints, unless somebody has the lock.
pub(crate) fn try_refresh() {
    if Tracepoint::any_announced() {
        if let Some(mut control) = CONTROL.try_lock() {
            control.refresh();
        }
    }
}

/// A probe lost an event.
pub(crate) fn note_loss() {
    // Release: whoever sees the new number sees the counter that was raised before it.
    LOSSES.fetch_add(1, Ordering::Release);
}

/// A number that changes with each loss in a probe.
pub(crate) fn losses() -> u64 {
    LOSSES.load(Ordering::Acquire)
}

/// For `fork`: takes the lock and keeps it until [`release_after_fork`].
#[cfg(unix)]
pub(crate) fn hold_for_fork() {
    std::mem::forget(CONTROL.lock());
}

/// Gives up what [`hold_for_fork`] took.
///
/// # Safety
///
/// `hold_for_fork` was called by this thread, or by the one that this process was forked from.
#[cfg(unix)]
pub(crate) unsafe fn release_after_fork() {
    // SAFETY: by the caller.
    unsafe { CONTROL.force_unlock() }
}
