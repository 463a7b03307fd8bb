//! Counts the memory that a target holds, so that little input cannot take much of it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tracepoint_core::Subscription;
use tracepoint_core::pool::{self, Limits};

struct Bounded;

#[global_allocator]
static BOUNDED: Bounded = Bounded;

static HELD: AtomicUsize = AtomicUsize::new(0);
static BOUND: AtomicUsize = AtomicUsize::new(usize::MAX);

impl Bounded {
    fn take(&self, bytes: usize) {
        let held = HELD.fetch_add(bytes, Relaxed) + bytes;
        let bound = BOUND.load(Relaxed);
        if held > bound {
            BOUND.store(usize::MAX, Relaxed);
            eprintln!("{} bytes above the bound are held", held - bound);
            // Here, so that the fuzzer shows who wanted them.
            std::process::abort();
        }
    }
}

// SAFETY: passes everything on.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.take(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.take(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }
}

/// What the first subscription takes for good, unless there was one before.
static POOL: LazyLock<()> = LazyLock::new(|| {
    let _ = pool::set_limits(Limits { pool_bytes: 1 << 20, ..Limits::default() });
    drop(Subscription::builder().pattern("*").start());
});

/// Calls `f`, which may hold so many bytes more at any time than were held before. Otherwise the process ends.
pub fn bounded<T>(bytes: usize, f: impl FnOnce() -> T) -> T {
    LazyLock::force(&POOL);
    BOUND.store(HELD.load(Relaxed) + bytes, Relaxed);
    let result = f();
    BOUND.store(usize::MAX, Relaxed);
    result
}
