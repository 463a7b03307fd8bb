//! Dropping what an event referred to may run code of the user: never under a lock, and once for each.

mod common;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use common::{StopOnDrop, Watchdog};
use tracepoints::{Capture, Subscription, capture, drain, tracepoint};

/// Whoever drains drops the references: the tests look at theirs one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs code when it is dropped.
struct Owner<F: FnMut() + Send + 'static>(Vec<u8>, F);

impl<F: FnMut() + Send> AsRef<[u8]> for Owner<F> {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl<F: FnMut() + Send> Drop for Owner<F> {
    fn drop(&mut self) {
        (self.1)();
    }
}

fn owned(len: usize, dropped: impl FnMut() + Send + 'static) -> Bytes {
    Bytes::from_owner(Owner(vec![7; len], dropped))
}

fn fire(data: Bytes) {
    tracepoint!(destructors::fired, data: Bytes = data);
}

#[test]
fn they_may_fire_events_and_use_the_whole_library() {
    let _alone = alone();
    let _watchdog = Watchdog::over("a destructor that uses the library");
    let calls = Arc::new(AtomicU64::new(0));
    let late = Arc::new(Mutex::new(None::<Capture>));
    let mut seen = capture("destructors:{fired,dropped}");
    let other = Arc::new(Mutex::new(Subscription::builder().pattern("destructors:dropped").start().unwrap()));
    for number in 0..10u64 {
        let (calls, late, other) = (calls.clone(), late.clone(), other.clone());
        fire(owned(10_000, move || {
            tracepoint!(destructors::dropped, number: u64 = number);
            drain::pass();
            drain::poll();
            other.lock().unwrap().stats();
            *late.lock().unwrap() = Capture::new(&["destructors:fired"]).ok();
            assert!(!tracepoints::tracepoints().is_empty());
            calls.fetch_add(1, Ordering::Relaxed);
        }));
    }
    assert_eq!(calls.load(Ordering::Relaxed), 0, "the rings refer to them");
    // Those that they fire may come with the next call.
    let events = [seen.take(), seen.take()].concat();
    assert_eq!(calls.load(Ordering::Relaxed), 10);
    assert_eq!(events.iter().filter(|event| event.name() == "destructors:fired").count(), 10);
    let dropped = events.iter().filter(|event| event.name() == "destructors:dropped");
    assert!(dropped.map(|event| event.raw().payload.u64(0)).eq(0..10), "each fired one, in turn");
}

#[test]
fn they_run_wherever_the_drain_does() {
    let _alone = alone();
    let _watchdog = Watchdog::over("a destructor at the end of a subscription");
    let calls = Arc::new(AtomicU64::new(0));
    let start = || Subscription::builder().pattern("destructors:fired").start().unwrap();
    let takes_the_lock = |calls: &Arc<AtomicU64>| {
        let calls = calls.clone();
        owned(10_000, move || {
            drain::pass();
            calls.fetch_add(1, Ordering::Relaxed);
        })
    };
    let mut closed = start();
    fire(takes_the_lock(&calls));
    closed.close();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    let dropped = start();
    fire(takes_the_lock(&calls));
    drop(dropped);
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[test]
fn one_that_panics_is_the_end_of_nothing_else() {
    let _alone = alone();
    let calls = Arc::new(AtomicU64::new(0));
    let mut seen = capture("destructors:panics");
    for number in 0..3u64 {
        let calls = calls.clone();
        let data = owned(10_000, move || {
            calls.fetch_add(1, Ordering::Relaxed);
            assert!(number != 1, "a destructor that panics");
        });
        tracepoint!(destructors::panics, data: Bytes = data);
    }
    assert_eq!(seen.take().len(), 3);
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}

/// Threads come and go, subscriptions come and go, queues overflow.
#[test]
fn each_is_dropped_once_whatever_happens() {
    let _alone = alone();
    const THREADS: usize = 4;
    const EVENTS: usize = 20_000;
    let _watchdog = Watchdog::over("references under fire");
    let drops: Arc<Vec<AtomicUsize>> =
        Arc::new(std::iter::repeat_with(|| AtomicUsize::new(0)).take(THREADS * EVENTS).collect());
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut round = 0;
            while !done.load(Ordering::Relaxed) {
                let queue = [0, 100_000, 64 << 20][round % 3];
                let subscription = Subscription::builder().pattern("destructors:stress").queue_bytes(queue);
                let mut subscription = subscription.start().unwrap();
                for _ in 0..round % 5 {
                    drain::poll();
                    while let Some(batch) = subscription.next_batch() {
                        subscription.recycle(batch);
                    }
                }
                if round % 2 == 0 {
                    subscription.close();
                }
                round += 1;
            }
        });
        let _stop = StopOnDrop(&done);
        let firing: Vec<_> = (0..THREADS)
            .map(|thread| {
                let drops = drops.clone();
                scope.spawn(move || {
                    for chunk in 0..10 {
                        let drops = drops.clone();
                        // Threads that end with events in their rings.
                        let firing = std::thread::spawn(move || {
                            for event in 0..EVENTS / 10 {
                                let (drops, index) =
                                    (drops.clone(), thread * EVENTS + chunk * EVENTS / 10 + event);
                                // Some of them are copied, some travel by reference.
                                let data = owned(event % 4096, move || {
                                    drops[index].fetch_add(1, Ordering::Relaxed);
                                });
                                tracepoint!(destructors::stress, number: usize = event, data: &Bytes = &data);
                            }
                        });
                        firing.join().unwrap();
                    }
                })
            })
            .collect();
        firing.into_iter().for_each(|firing| firing.join().unwrap());
    });
    // What was written when nobody listened any more.
    drop(capture("destructors:stress"));
    drain::pass();
    assert!(drops.iter().all(|drops| drops.load(Ordering::Relaxed) == 1));
}
