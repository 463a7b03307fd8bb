//! A global allocator that fires tracepoints, in the middle of the making of a ring too.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use common::{Reader, Watchdog};
use tracepoints::{Event, Lost, Subscription, tracepoint};

#[derive(Event)]
#[event(provider = "heap")]
struct Allocated {
    number: u64,
    size: usize,
}

struct Traced;

static FIRED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Whether allocations of this thread fire, so that the test knows how many there were.
    static FIRING: Cell<bool> = const { Cell::new(false) };
}

// SAFETY: the system's allocator.
unsafe impl GlobalAlloc for Traced {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if FIRING.get() {
            tracepoint!(Allocated { number: FIRED.fetch_add(1, Ordering::Relaxed), size: layout.size() });
        }
        // SAFETY: by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: by the caller.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Traced = Traced;

fn allocate(count: usize) {
    FIRING.set(true);
    for size in 1..=count {
        std::hint::black_box(vec![0u8; size]);
    }
    FIRING.set(false);
}

#[test]
fn allocations_are_traced_also_those_of_the_tracing_itself() {
    let _watchdog = Watchdog::over("an allocator that fires");
    // Nobody listens, nobody looked: the first hit takes tracepoints in, which allocates.
    allocate(10);
    let mut subscription = Subscription::builder().pattern("heap:*").start().unwrap();
    let before = FIRED.load(Ordering::Relaxed);

    // The thread's first event, whose ring takes memory: fired in between, they are nested.
    allocate(100);
    let mut sizes = Vec::with_capacity(1_000);
    let mut reader = Reader::default();
    reader.drain(&mut subscription, |event| sizes.push(event.payload.u64(1)));
    assert_eq!(sizes, (1..=100).collect::<Vec<_>>());
    let nested = reader.losses();
    assert!(nested.nested > 0);
    assert_eq!(nested, Lost { nested: nested.nested, ..Lost::default() });
    assert_eq!(reader.events() + nested.nested, FIRED.load(Ordering::Relaxed) - before);

    // Subscribing, draining and unsubscribing under an allocator that fires.
    FIRING.set(true);
    let another = Subscription::builder().pattern("heap:*").start().unwrap();
    tracepoints::drain::pass();
    drop(another);
    FIRING.set(false);

    let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(|| allocate(500))).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    reader.finish(subscription, |_| {});
    let lost = reader.losses();
    assert_eq!(lost, Lost { nested: lost.nested, ..Lost::default() });
    assert_eq!(reader.events() + lost.nested, FIRED.load(Ordering::Relaxed) - before);
}
