//! What this process holds.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Descriptors that are open; 0 where the system does not tell.
pub fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// An allocator that counts, to be declared by a test that is alone in its binary.
pub struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

impl Counting {
    /// Bytes that are allocated now.
    pub fn live() -> usize {
        LIVE.load(Ordering::Relaxed)
    }

    /// From now on, [`peak`](Self::peak) tells of what comes.
    pub fn begin() {
        PEAK.store(Self::live(), Ordering::Relaxed);
    }

    /// The most that was allocated at a time.
    pub fn peak() -> usize {
        PEAK.load(Ordering::Relaxed)
    }

    fn grow(bytes: usize) {
        let live = LIVE.fetch_add(bytes, Ordering::Relaxed) + bytes;
        PEAK.fetch_max(live, Ordering::Relaxed);
    }
}

// SAFETY: the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::grow(layout.size());
        // SAFETY: by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: by the caller.
        unsafe { System.dealloc(start, layout) }
    }
}
