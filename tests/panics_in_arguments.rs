//! A panic in the arguments unwinds as anywhere else, and leaves the probes as they were.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};

use common::Reader;
use tracepoints::{Event, Subscription, Type, Value, tracepoint};

#[derive(Event)]
#[event(provider = "panics")]
struct Step<'a> {
    number: u32,
    text: &'a str,
}

/// A value whose conversion panics.
struct Unwilling;

impl Value for Unwilling {
    const TYPE: Type = Type::UInt64;
    type Lowered<'v> = u64;
    fn lower(&self) -> u64 {
        panic!("in the conversion")
    }
}

#[derive(Event)]
#[event(provider = "panics")]
struct Converted {
    first: u64,
    value: Unwilling,
}

fn unwilling() -> u32 {
    panic!("in the arguments")
}

#[test]
fn a_panic_in_the_arguments_loses_that_event_alone() {
    let mut subscription =
        Subscription::builder().patterns(["panics:step", "panics:converted"]).start().unwrap();
    let message = |outcome: std::thread::Result<()>| {
        *outcome.expect_err("a panic").downcast::<&str>().expect("our panic")
    };
    for round in 0..3 {
        tracepoint!(Step { number: round, text: "before" });
        let panicked = catch_unwind(|| tracepoint!(Step { number: unwilling(), text: "" }));
        assert_eq!(message(panicked), "in the arguments");
        let panicked = catch_unwind(|| tracepoint!(Converted { first: 1, value: Unwilling }));
        assert_eq!(message(panicked), "in the conversion");
        tracepoint!(Step { number: round, text: "after" });
    }
    let mut seen = Vec::new();
    let mut reader = Reader::default();
    reader.drain(&mut subscription, |event| {
        seen.push((event.payload.u32(0), event.payload.text(0).unwrap().to_owned()));
    });
    let expected: Vec<_> =
        (0..3).flat_map(|round| [(round, "before".to_owned()), (round, "after".to_owned())]).collect();
    assert_eq!(seen, expected);
    reader.finish(subscription, |_| unreachable!());
    assert_eq!((reader.events(), reader.losses().total()), (6, 0));
}

#[test]
fn a_thread_that_dies_of_a_panic_in_the_arguments_has_delivered_what_it_fired_before() {
    let mut seen = tracepoints::capture("panics:last_words");
    let died = std::thread::spawn(|| {
        tracepoint!(panics::last_words, number: u32 = 1);
        tracepoint!(panics::last_words, number: u32 = unwilling());
    });
    assert!(died.join().is_err());
    let events = seen.take();
    assert_eq!(events.iter().map(|event| event.raw().payload.u32(0)).collect::<Vec<_>>(), [1]);
}

#[test]
fn what_the_arguments_own_is_dropped() {
    struct Guard<'c>(&'c std::cell::Cell<bool>);
    impl Drop for Guard<'_> {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let dropped = std::cell::Cell::new(false);
    let _seen = tracepoints::capture("panics:owning");
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        tracepoint!(panics::owning, number: u32 = {
            let _guard = Guard(&dropped);
            unwilling()
        });
    }));
    assert!(panicked.is_err() && dropped.get());
}
