//! The one lock of the side that listens: registry, subscriptions, drain. No probe waits for it, and no
//! code of the user runs under it: what may run some when it is dropped is dropped behind it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::MutexGuard;

use crate::Tracepoint;
use crate::drain::{Drain, Spent};
use crate::gate::Generation;
use crate::registry::Registry;
use crate::subscription::Feeds;
use crate::world;

/// Counts subscriptions; see [`gate`](crate::gate).
pub(crate) static GENERATION: Generation = Generation::new();

/// Whether a probe has lost an event that the drain has not noticed yet, so that it need not look at the counters
/// otherwise.
///
/// Sequentially consistent, as are the counters: a probe counts and then looks whether that is known, the drain takes
/// the flag and then looks at the counters, and one of both sees what the other one did.
static LOST: AtomicBool = AtomicBool::new(false);

/// All that the lock protects.
#[derive(Default)]
pub(crate) struct Control {
    registry: Registry,
    pub(crate) feeds: Feeds,
    pub(crate) drain: Drain,
}

impl Control {
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

    /// All parts at once.
    pub(crate) fn parts(&mut self) -> (&Registry, &mut Feeds, &mut Drain) {
        (&self.registry, &mut self.feeds, &mut self.drain)
    }
}

/// The lock, taken. When it is given back, what the drain is done with is dropped, which may run code of
/// the user.
pub(crate) struct Locked {
    // The order matters: fields are dropped from the first to the last.
    control: MutexGuard<'static, Control>,
    spent: Spent,
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.spent = std::mem::take(self.control.drain.spent());
    }
}

impl Deref for Locked {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}

impl DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut Control {
        &mut self.control
    }
}

/// Takes the lock.
pub(crate) fn lock() -> Locked {
    Locked { control: world::world().control.lock(), spent: Spent::default() }
}

/// Takes in new tracepoints, unless somebody has the lock.
pub(crate) fn try_refresh() {
    if Tracepoint::any_announced() {
        if let Some(mut control) = world::get().and_then(|world| world.control.try_lock()) {
            control.refresh();
        }
    }
}

/// A probe lost an event, and has counted it.
#[inline]
pub(crate) fn note_loss() {
    // Only read while many are lost: then all threads keep the line.
    if !LOST.load(Ordering::SeqCst) {
        LOST.store(true, Ordering::SeqCst);
    }
}

/// Whether there are losses that the drain has not noticed.
pub(crate) fn any_losses() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Whether there were losses since the last time.
pub(crate) fn take_losses() -> bool {
    LOST.swap(false, Ordering::SeqCst)
}
