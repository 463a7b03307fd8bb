//! What the process has of everything: one control lock, one pool, one list of new rings.
//!
//! It is made on demand and lives for ever. After `fork`, the child leaves its copy behind as it is,
//! locked or not, and gets a new one: see [`fork`].

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use crossbeam_queue::SegQueue;
use once_cell::race::OnceBox;
use parking_lot::Mutex;

use crate::control::Control;
use crate::pool::{Alarm, Shared};
use crate::thread::NewRing;
use crate::{fork, pin};

#[derive(Default)]
pub(crate) struct World {
    pub(crate) control: Mutex<Control>,
    /// The pool, once somebody listened.
    pub(crate) pool: OnceBox<Shared>,
    pub(crate) alarm: Alarm,
    /// Rings that the drain has not seen yet.
    pub(crate) new_rings: SegQueue<NewRing>,
    /// Threads that have a ring.
    pub(crate) rings: AtomicUsize,
}

/// SYNC world: Release by who made it, Acquire by who uses it.
static WORLD: AtomicPtr<World> = AtomicPtr::new(ptr::null_mut());

/// The world, made if need be. Lock-free: should two threads make it, one of theirs is dropped.
pub(crate) fn world() -> &'static World {
    get().unwrap_or_else(make)
}

/// The world, if it was made.
#[inline]
pub(crate) fn get() -> Option<&'static World> {
    // SAFETY: null, or made by `make` and never freed.
    unsafe { WORLD.load(Ordering::Acquire).as_ref() }
}

#[cold]
fn make() -> &'static World {
    fork::prepare();
    pin::keep_loaded();
    let made = Box::into_raw(Box::<World>::default());
    match WORLD.compare_exchange(ptr::null_mut(), made, Ordering::AcqRel, Ordering::Acquire) {
        // SAFETY: never freed.
        Ok(_) => unsafe { &*made },
        Err(other) => {
            // SAFETY: ours, and nobody saw it.
            drop(unsafe { Box::from_raw(made) });
            // SAFETY: as in `get`.
            unsafe { &*other }
        }
    }
}

/// Leaves the world as it is, and begins anew. Only in a forked child, by its only thread.
#[cfg_attr(not(all(unix, not(miri))), expect(dead_code, reason = "without fork"))]
pub(crate) fn leave() {
    WORLD.store(ptr::null_mut(), Ordering::Release);
}
