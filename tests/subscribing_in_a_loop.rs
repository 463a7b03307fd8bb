//! Subscribing and unsubscribing without end leaves no trace. Alone in its binary, as it counts all memory.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use common::{Reader, StopOnDrop, Watchdog};
use tracepoints::{Event, Subscription, enabled, pool, tracepoint};

#[derive(Event)]
#[event(provider = "loop")]
struct Step {
    number: u64,
}

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: by the caller.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Subscriptions that there can be at a time.
const SLOTS: usize = 31;

fn cycle(cycles: usize) {
    for cycle in 0..cycles {
        let builder = Subscription::builder().pattern("loop:*");
        let builder = match cycle % 3 {
            0 => builder,
            1 => builder.filter("number > 5"),
            _ => builder.sample(2).rate(1_000),
        };
        let mut subscription = builder.start().unwrap();
        assert!(enabled!(Step));
        tracepoint!(Step { number: 7 });
        if cycle % 2 == 0 {
            drop(subscription.close());
        }
    }
}

#[test]
fn ten_thousand_subscriptions_leave_no_memory_and_no_bit() {
    let _watchdog = Watchdog::over("subscribing in a loop");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let fire = || {
            while !stop.load(Ordering::Relaxed) {
                tracepoint!(Step { number: 1 });
                std::thread::yield_now();
            }
        };
        let others = [scope.spawn(fire), scope.spawn(fire)];
        let stopping = StopOnDrop(&stop);
        // The first one has the system give memory, and the last one gives it back.
        cycle(100);
        // With another one beside them, nothing but subscribing is left.
        let other = Subscription::builder().pattern("other:*").allow_empty(true).start().unwrap();
        cycle(100);
        let before = LIVE.load(Ordering::Relaxed);
        cycle(10_000);
        let after = LIVE.load(Ordering::Relaxed);
        assert!(after < before + (64 << 10), "{before} bytes before, {after} after");
        drop((stopping, other));
        others.into_iter().for_each(|thread| thread.join().unwrap());
    });
    assert!(!enabled!(Step), "no bit is left");
    let all: Vec<_> =
        (0..SLOTS).map(|_| Subscription::builder().pattern("loop:*").start().unwrap()).collect();
    assert!(Subscription::builder().pattern("loop:*").start().is_err(), "all slots are free, and no more");
    drop(all);

    let subscription = Subscription::builder().pattern("loop:*").start().unwrap();
    tracepoint!(Step { number: 1 });
    let mut reader = Reader::default();
    reader.finish(subscription, |_| {});
    assert_eq!((reader.events(), reader.losses().total()), (1, 0));
    assert!(pool::stats().used_bytes <= 128 << 10, "{:?}", pool::stats());
}
