//! After its first event, a thread that fires allocates nothing: not where chunks change, nor for large
//! events, nor where events are lost. Allocations are counted by the allocator of this binary.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::{Reader, Watchdog};
use tracepoints::pool::{self, Limits};
use tracepoints::{Event, Subscription, tracepoint};

#[derive(Event)]
#[event(provider = "steady")]
struct Fired<'a> {
    number: u64,
    flag: bool,
    text: &'a str,
    data: &'a [u8],
    shared: &'a Arc<[u8]>,
}

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: by the caller.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const EVENTS: u64 = 200_000;

static PASSES: AtomicU64 = AtomicU64::new(0);

/// Waits until all that was fired before is drained.
fn wait_for_drain() {
    let passes = PASSES.load(Ordering::Relaxed);
    // The one under way may have been here already.
    while PASSES.load(Ordering::Relaxed) < passes + 2 {
        std::thread::yield_now();
    }
}

/// Fires events of all sizes; returns how often memory was allocated or freed meanwhile.
fn fire(large: &[u8]) -> u64 {
    let _watchdog = Watchdog::over("firing in step with the drain");
    let text = "a text of some length that does not fit a register";
    let (few, many): (Arc<[u8]>, Arc<[u8]>) = (Arc::new([1; 10]), Arc::new([1; 100_000]));
    tracepoint!(Fired { number: 0, flag: true, text, data: &[], shared: &few });
    let before = ALLOCATIONS.get();
    for number in 1..EVENTS {
        let len = match number {
            // More than a chunk, and more than the limit for an event.
            _ if number % 5_000 == 0 => 200_000,
            _ if number % 7_001 == 0 => large.len(),
            _ => number as usize % 200,
        };
        if number % 1_000 == 0 {
            wait_for_drain();
        }
        let text = &text[..number as usize % text.len()];
        let shared = if number % 100 == 0 { &many } else { &few };
        tracepoint!(Fired { number, flag: false, text, data: &large[..len], shared });
    }
    ALLOCATIONS.get() - before
}

#[test]
fn a_probe_allocates_nothing_after_the_first_event_of_its_thread() {
    // Small, so that chunks come back and are used again.
    let limits =
        Limits { pool_bytes: 2 << 20, thread_bytes: 2 << 20, event_bytes: 1 << 20, ..Limits::default() };
    pool::set_limits(limits).unwrap();
    let large = vec![1; limits.event_bytes + 1];
    let mut subscription = Subscription::builder().pattern("steady:*").start().unwrap();
    let mut reader = Reader::default();
    let done = AtomicBool::new(false);
    let allocations = std::thread::scope(|scope| {
        let firing = scope.spawn(|| {
            let allocations = fire(&large);
            done.store(true, Ordering::Relaxed);
            allocations
        });
        while !done.load(Ordering::Relaxed) {
            reader.drain(&mut subscription, |_| {});
            PASSES.fetch_add(1, Ordering::Relaxed);
        }
        firing.join().unwrap()
    });
    assert_eq!(allocations, 0);
    reader.finish(subscription, |_| {});
    let lost = reader.losses();
    assert_eq!(reader.events() + lost.total(), EVENTS);
    assert_eq!(lost.too_large, (EVENTS - 1) / 7_001);
    assert_eq!(lost.total(), lost.too_large + lost.ring_full);
    assert!(lost.ring_full <= EVENTS / 5_000, "only large events find too few chunks: {lost:?}");
    assert!(ALLOCATIONS.get() > 0, "the counter counts");
}
