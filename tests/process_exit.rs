//! Tracepoints that fire while the process ends: it ends as it would without them.
#![cfg(unix)]

mod common;

use std::cell::Cell;
use std::process::{Command, Stdio};

use common::Watchdog;
use tracepoints::{Event, Subscription, capture, tracepoint};

#[derive(Event)]
#[event(provider = "exit")]
struct Step<'a> {
    place: &'a str,
}

const ROLE: &str = "TRACEPOINTS_TEST_ROLE";

/// What the process ends with.
const STATUS: i32 = 42;

/// The ring of the main thread may be gone by then.
const LATE: &str = "the main thread, late";

fn fire(place: &str) {
    tracepoint!(Step { place });
}

extern "C" fn at_exit() {
    fire("an exit handler");
    // Threads can be made here, and their first event too.
    std::thread::spawn(|| fire("a thread of an exit handler")).join().unwrap();
    // Nobody has to unsubscribe before the end, and anybody can subscribe.
    let mut seen = capture("exit:*");
    fire(LATE);
    std::thread::spawn(|| fire("seen")).join().unwrap();
    let events = seen.take();
    let count = |place| events.iter().filter(|event| event.raw().payload.text(0).unwrap() == place).count();
    assert_eq!(count("seen"), 1);
    assert_eq!(count(LATE) as u64 + seen.stats().lost().thread_gone, 1, "delivered, or counted");
    println!("> handled");
}

/// Fires when the thread that has it ends; on the main thread, when the process does.
struct LastWords;

impl Drop for LastWords {
    fn drop(&mut self) {
        fire("a destructor");
        println!("> destroyed");
    }
}

thread_local! {
    static LAST_WORDS: Cell<Option<LastWords>> = const { Cell::new(None) };
}

/// Ends this process in the middle of everything.
fn end(before_the_ring: bool) -> ! {
    let subscription = Subscription::builder().pattern("exit:*").start().unwrap();
    if before_the_ring {
        LAST_WORDS.set(Some(LastWords));
    }
    fire("the main thread");
    if !before_the_ring {
        LAST_WORDS.set(Some(LastWords));
    }
    for _ in 0..2 {
        // They go on until there is no process.
        std::thread::spawn(|| {
            loop {
                fire("another thread");
                std::thread::yield_now();
            }
        });
    }
    // SAFETY: the handler takes no parameters and does not unwind.
    assert_eq!(unsafe { libc::atexit(at_exit) }, 0);
    std::mem::forget(subscription);
    std::process::exit(STATUS)
}

/// Its own process, in which it is run in the way that the role says.
fn ends_in_good_order(test: &str, before_the_ring: bool) {
    let _watchdog = Watchdog::over("a process that ends");
    if std::env::var_os(ROLE).is_some() {
        end(before_the_ring);
    }
    let process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(ROLE, "ends")
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let said = String::from_utf8(process.stdout).unwrap();
    assert_eq!(process.status.code(), Some(STATUS), "{:?} {said}", process.status);
    assert!(said.contains("> destroyed") && said.contains("> handled"), "{said}");
}

#[test]
fn a_process_whose_exit_handlers_and_destructors_fire_ends_with_its_own_status() {
    ends_in_good_order("a_process_whose_exit_handlers_and_destructors_fire_ends_with_its_own_status", true);
}

#[test]
fn a_process_whose_destructors_fire_while_there_is_a_ring_ends_with_its_own_status() {
    ends_in_good_order(
        "a_process_whose_destructors_fire_while_there_is_a_ring_ends_with_its_own_status",
        false,
    );
}
