//! Threads fire until the very end of their lives, and after it: nothing crashes, and each event is
//! delivered or counted.

mod common;

use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use common::{Reader, Watchdog};
use tracepoints::{Event, Lost, Subscription, pool, tracepoint};

#[derive(Event)]
#[event(provider = "ending")]
struct Fired {
    number: u64,
}

static FIRED: AtomicU64 = AtomicU64::new(0);

fn fire() {
    tracepoint!(Fired { number: FIRED.fetch_add(1, Ordering::Relaxed) });
}

/// Fires when the locals of its thread are destroyed.
struct LastWords;

impl Drop for LastWords {
    fn drop(&mut self) {
        fire();
    }
}

thread_local! {
    static EARLY: RefCell<Option<LastWords>> = const { RefCell::new(None) };
    static LATE: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

/// The tests of this file count the same event.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs threads; then everything that they fired is delivered or lost to the end of a thread.
fn all_is_counted(run: impl FnOnce()) -> Lost {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let _watchdog = Watchdog::over("threads that end");
    let subscription = Subscription::builder().pattern("ending:*").start().unwrap();
    let before = FIRED.load(Ordering::Relaxed);
    run();
    let fired = FIRED.load(Ordering::Relaxed) - before;
    assert!(fired > 0);
    let mut reader = Reader::default();
    reader.finish(subscription, |_| {});
    let lost = reader.losses();
    assert_eq!(lost, Lost { thread_gone: lost.thread_gone, ..Lost::default() });
    assert_eq!(reader.events() + lost.thread_gone, fired);
    assert_eq!(pool::stats().rings, 0);
    lost
}

#[test]
fn a_destructor_that_runs_after_the_rings_own() {
    let lost = all_is_counted(|| {
        let thread = std::thread::spawn(|| {
            EARLY.set(Some(LastWords));
            fire();
            fire();
        });
        thread.join().unwrap();
    });
    // Destructors run in the reverse order of first use there.
    if cfg!(target_os = "linux") {
        assert_eq!(lost.thread_gone, 1);
    }
}

#[test]
fn a_destructor_that_runs_before_the_rings_own() {
    all_is_counted(|| {
        let thread = std::thread::spawn(|| {
            fire();
            LATE.set(Some(LastWords));
            fire();
        });
        thread.join().unwrap();
    });
}

#[test]
fn the_first_event_of_a_thread_in_its_destructors() {
    all_is_counted(|| {
        let thread = std::thread::spawn(|| {
            EARLY.set(Some(LastWords));
            LATE.set(Some(LastWords));
        });
        thread.join().unwrap();
    });
}

#[test]
fn many_threads_that_fire_until_they_end() {
    let lost = all_is_counted(|| {
        for _ in 0..20 {
            let live = || {
                EARLY.set(Some(LastWords));
                (0..100).for_each(|_| fire());
                LATE.set(Some(LastWords));
            };
            let threads: Vec<_> = (0..16).map(|_| std::thread::spawn(live)).collect();
            tracepoints::drain::pass();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        }
    });
    assert!(lost.thread_gone <= 2 * 16 * 20);
}

#[test]
fn detached_threads() {
    all_is_counted(|| {
        let (alive, gone) = mpsc::channel::<()>();
        for _ in 0..16 {
            let alive = alive.clone();
            std::thread::spawn(move || {
                thread_local! {
                    static ALIVE: RefCell<Option<mpsc::Sender<()>>> = const { RefCell::new(None) };
                }
                // Dropped behind all else that this thread does, as it is used first.
                ALIVE.set(Some(alive));
                EARLY.set(Some(LastWords));
                (0..100).for_each(|_| fire());
            });
        }
        drop(alive);
        // Ends when all senders are gone.
        assert_eq!(gone.iter().count(), 0);
    });
}
