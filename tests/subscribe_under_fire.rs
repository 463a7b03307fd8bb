//! Subscriptions come and go while threads fire. Slots are all in use, so the test is alone in its binary.

mod common;

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::{Reader, StopOnDrop, Watchdog};
use tracepoints::pool::{self, Limits};
use tracepoints::{Event, Subscription, drain, enabled, tracepoint};

#[derive(Event)]
#[event(provider = "fire")]
struct Even {
    number: u64,
}

#[derive(Event)]
#[event(provider = "fire")]
struct Odd {
    number: u64,
}

static STOP: AtomicBool = AtomicBool::new(false);
static ROUNDS: AtomicU64 = AtomicU64::new(0);

fn fire_until_stopped() {
    for number in 0.. {
        tracepoint!(Even { number: number * 2 });
        tracepoint!(Odd { number: number * 2 + 1 });
        ROUNDS.fetch_add(1, Ordering::Relaxed);
        if STOP.load(Ordering::Relaxed) {
            break;
        }
    }
}

/// Lets the threads fire for some rounds.
fn let_them_fire() {
    let seen = ROUNDS.load(Ordering::Relaxed);
    while ROUNDS.load(Ordering::Relaxed) < seen + 50 {
        std::thread::yield_now();
    }
}

#[test]
fn a_subscription_never_gets_what_its_slots_last_owner_wanted() {
    let _watchdog = Watchdog::over("subscribing under fire");
    // Small, as the threads fire faster than anybody drains.
    pool::set_limits(Limits { pool_bytes: 1 << 20, thread_bytes: 256 << 10, ..Limits::default() }).unwrap();
    // All slots but one are taken, so that each new subscription gets the same one.
    let idle = || tracepoint!(fire::idle,);
    idle();
    let _others: Vec<_> =
        (0..30).map(|_| Subscription::builder().pattern("fire:idle").start().unwrap()).collect();
    let start = Barrier::new(3);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                start.wait();
                fire_until_stopped();
            });
        }
        let _stop = StopOnDrop(&STOP);
        start.wait();
        let (mut delivered, mut lost) = (0, 0);
        for round in 0..90 {
            let (pattern, wanted) = if round % 2 == 0 { ("fire:even", 0) } else { ("fire:odd", 1) };
            let mut subscription = Subscription::builder().pattern(pattern).start().unwrap();
            let mut reader = Reader::default();
            let only_ours = |number: u64| assert_eq!(number % 2, wanted, "not wanted in round {round}");
            let_them_fire();
            match round % 3 {
                0 => reader.drain(&mut subscription, |event| only_ours(event.payload.u64(0))),
                1 => drop(drain::pass()),
                // Leaves events in the rings for the next owner to find.
                _ => {}
            }
            if round % 5 == 0 {
                drop(subscription);
            } else {
                reader.finish(subscription, |event| only_ours(event.payload.u64(0)));
                assert!(reader.next_sequence > 0, "round {round}: nothing arrived");
            }
            delivered += reader.events();
            lost += reader.losses().total();
        }
        assert!(delivered > 0, "{delivered} delivered, {lost} lost");
    });
    assert!(!enabled!(Even) && !enabled!(Odd));
}
