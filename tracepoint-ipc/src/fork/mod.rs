//! After `fork`, a child has no part in the connections of its parent.
//!
//! Its copies of their descriptors would keep them open: a watcher would wait for a parent that was killed, and a
//! probe would stay on for a watcher that was. So the child replaces them with sockets that lead nowhere; a number
//! that somebody owns stays taken, as its owner may close it. What else the parent's exporters share is left behind.
//! `fork` waits for nobody: a connection that is opened or closed in this very moment may be missed.

#[cfg(unix)]
mod descriptors;
#[cfg(not(unix))]
#[path = "nothing.rs"]
mod descriptors;

use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, Ordering};

pub(crate) use descriptors::Ours;
use descriptors::prepare;

/// A lock that a forked child leaves behind with all that it guards, as its owner may be a thread that the child
/// does not have.
pub(crate) struct PerProcess<T: 'static>(AtomicPtr<Mutex<T>>);

impl<T: Default> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    pub(crate) fn get(&self) -> &'static Mutex<T> {
        // SAFETY: null, or made by `make` and never freed.
        unsafe { self.0.load(Ordering::Acquire).as_ref() }.unwrap_or_else(|| self.make())
    }

    fn make(&self) -> &'static Mutex<T> {
        prepare();
        let made = Box::into_raw(Box::<Mutex<T>>::default());
        match self.0.compare_exchange(ptr::null_mut(), made, Ordering::AcqRel, Ordering::Acquire) {
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

    /// Only in a forked child, by its only thread.
    #[cfg(unix)]
    pub(crate) fn leave(&self) {
        self.0.store(ptr::null_mut(), Ordering::Release);
    }
}
