//! After `fork`, the child is off until somebody listens there; the parent goes on.
#![cfg(unix)]

mod common;

use std::sync::Mutex;

use common::{Watchdog, fork};
use tracepoints::{Capture, Event, capture, enabled, tracepoint, tracepoints};

#[derive(Event)]
#[event(provider = "forked")]
struct Step {
    number: u64,
}

fn numbers(seen: &mut Capture) -> Vec<u64> {
    seen.take().iter().map(|event| event.raw().payload.u64(0)).collect()
}

/// A process forks with all its locks, so there is nobody else to take them.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[test]
fn the_child_is_off_and_the_parent_goes_on() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let _watchdog = Watchdog::over("a child that is off");
    let mut seen = capture("forked:step");
    tracepoint!(Step { number: 1 });
    fork(
        || {
            assert!(!enabled!(Step));
            tracepoint!(Step { number: unreachable("nobody listens in the child") });
        },
        || tracepoint!(Step { number: 2 }),
    );
    tracepoint!(Step { number: 3 });
    assert_eq!(numbers(&mut seen), [1, 2, 3]);
    assert_eq!(seen.stats().lost().total(), 0);
}

fn unreachable(why: &str) -> u64 {
    unreachable!("{why}")
}

#[test]
fn the_child_sees_its_own_events_once_somebody_listens_there() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let _watchdog = Watchdog::over("a child that listens");
    let mut seen = capture("forked:step");
    tracepoint!(Step { number: 1 });
    fork(
        || {
            let known = tracepoints();
            assert!(known.iter().any(|it| it.descriptor().name == "step"));
            for round in 0..3 {
                let mut own = capture("forked:*");
                (0..10_000).for_each(|number| tracepoint!(Step { number }));
                let other = std::thread::spawn(|| tracepoint!(Step { number: 10_000 }));
                other.join().unwrap();
                assert_eq!(numbers(&mut own), (0..=10_000).collect::<Vec<_>>(), "in round {round}");
            }
            assert!(!enabled!(Step));
        },
        || (2..1_000).for_each(|number| tracepoint!(Step { number })),
    );
    assert_eq!(numbers(&mut seen), (1..1_000).collect::<Vec<_>>(), "nothing of the child's");
}

#[test]
fn a_thread_that_never_fired_before_the_fork_can_fire_after_it() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let _watchdog = Watchdog::over("a first event after a fork");
    let mut seen = capture("forked:step");
    let forking = || {
        fork(
            || {
                let mut own = capture("forked:step");
                tracepoint!(Step { number: 7 });
                assert_eq!(numbers(&mut own), [7]);
            },
            || tracepoint!(Step { number: 8 }),
        );
    };
    std::thread::spawn(forking).join().unwrap();
    assert_eq!(numbers(&mut seen), [8]);
}

#[test]
fn a_child_of_a_child_is_off_too() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let _watchdog = Watchdog::over("a child of a child");
    let mut seen = capture("forked:step");
    let grandchild = || {
        assert!(!enabled!(Step));
        let mut own = capture("forked:step");
        tracepoint!(Step { number: 3 });
        assert_eq!(numbers(&mut own), [3]);
    };
    let child = || {
        let mut own = capture("forked:step");
        tracepoint!(Step { number: 1 });
        fork(grandchild, || tracepoint!(Step { number: 2 }));
        assert_eq!(numbers(&mut own), [1, 2]);
    };
    fork(child, || tracepoint!(Step { number: 4 }));
    assert_eq!(numbers(&mut seen), [4]);
}
