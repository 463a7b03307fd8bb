//! Lock-free lists of tracepoints, linked through the tracepoints themselves, so that adding allocates
//! nothing.

use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use super::Tracepoint;

/// A place in one list.
pub(super) struct Link {
    next: AtomicPtr<Tracepoint>,
    /// Whether the tracepoint is on the list, or just about to be.
    taken: AtomicBool,
}

impl Link {
    pub(super) const fn new() -> Self {
        Link { next: AtomicPtr::new(ptr::null_mut()), taken: AtomicBool::new(false) }
    }
}

/// A list, latest first. SYNC list: Release when one is added, Acquire when the list is read, so that who
/// finds a tracepoint sees its link.
pub(super) struct List {
    head: AtomicPtr<Tracepoint>,
    link: fn(&Tracepoint) -> &Link,
}

impl List {
    pub(super) const fn new(link: fn(&Tracepoint) -> &Link) -> Self {
        List { head: AtomicPtr::new(ptr::null_mut()), link }
    }

    /// Adds a tracepoint, unless it is on the list.
    pub(super) fn push(&self, tracepoint: &'static Tracepoint) {
        let link = (self.link)(tracepoint);
        if link.taken.swap(true, Ordering::Acquire) {
            return;
        }
        let this: *const Tracepoint = tracepoint;
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            link.next.store(head, Ordering::Relaxed);
            match self.head.compare_exchange_weak(head, this.cast_mut(), Ordering::Release, Ordering::Relaxed)
            {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.head.load(Ordering::Relaxed).is_null()
    }

    /// All that are on the list.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'static Tracepoint> {
        self.from(self.head.load(Ordering::Acquire))
    }

    /// Takes all off the list.
    pub(super) fn take(&self) -> impl Iterator<Item = &'static Tracepoint> {
        let link = self.link;
        // Only once the next one is known may the link be used again (Release, as in `push` Acquire).
        self.from(self.head.swap(ptr::null_mut(), Ordering::Acquire))
            .inspect(move |tracepoint| link(tracepoint).taken.store(false, Ordering::Release))
    }

    fn from(&self, mut head: *mut Tracepoint) -> impl Iterator<Item = &'static Tracepoint> {
        let link = self.link;
        std::iter::from_fn(move || {
            // SAFETY: null, or one of the statics that `push` put there.
            let tracepoint = unsafe { head.as_ref() }?;
            head = link(tracepoint).next.load(Ordering::Relaxed);
            Some(tracepoint)
        })
    }
}
