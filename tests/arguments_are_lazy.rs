//! Arguments are evaluated when somebody listens, once, and before anything is written.

use std::cell::Cell;

use tracepoints::{Event, Subscription, Value, capture, enabled, tracepoint};

#[derive(Event)]
#[event(provider = "lazy")]
struct Counted {
    number: u32,
}

#[derive(Event)]
#[event(provider = "lazy")]
struct Other {
    number: u32,
}

#[derive(Event)]
#[event(provider = "lazy")]
struct Asked {
    number: u32,
}

#[test]
fn arguments_are_evaluated_only_while_somebody_listens_to_that_tracepoint() {
    let evaluated = Cell::new(0);
    let number = || {
        evaluated.set(evaluated.get() + 1);
        evaluated.get()
    };
    let fire = || tracepoint!(Counted { number: number() });
    fire();
    assert_eq!(evaluated.get(), 0, "nobody listens");

    let other = capture("lazy:other");
    fire();
    assert_eq!(evaluated.get(), 0, "somebody listens to another one");

    let mut seen = capture("lazy:counted");
    fire();
    assert_eq!(evaluated.get(), 1, "somebody listens");

    let again = capture("lazy:count*");
    fire();
    assert_eq!(evaluated.get(), 2, "two listen: once nevertheless");
    assert_eq!(seen.take().iter().map(|event| event.raw().payload.u32(0)).collect::<Vec<_>>(), [1, 2]);

    drop((other, seen));
    fire();
    assert_eq!(evaluated.get(), 3, "one is left");
    drop(again);
    fire();
    assert_eq!(evaluated.get(), 3, "all are gone");
}

#[test]
fn enabled_says_whether_somebody_listens() {
    assert!(!enabled!(Asked));
    let first = Subscription::builder().pattern("lazy:asked").start().unwrap();
    assert!(enabled!(Asked));
    let mut second = Subscription::builder().patterns(["lazy:ask*", "lazy:asked"]).start().unwrap();
    drop(first);
    assert!(enabled!(Asked));
    tracepoint!(Asked { number: 7 });
    assert_eq!(second.close().tracepoints.iter().map(|it| it.delivered).sum::<u64>(), 1);
    assert!(!enabled!(Asked));
}

/// A value whose conversion is code of the user.
struct Lazy<'c>(&'c Cell<u32>);

impl Value for Lazy<'_> {
    const TYPE: tracepoints::Type = tracepoints::Type::UInt32;
    type Lowered<'v>
        = u32
    where
        Self: 'v;
    fn lower(&self) -> u32 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }
}

#[derive(Event)]
#[event(provider = "lazy")]
struct Converted<'c> {
    value: Lazy<'c>,
}

#[test]
fn conversions_run_once_and_only_while_somebody_listens() {
    let conversions = Cell::new(0);
    tracepoint!(Converted { value: Lazy(&conversions) });
    assert_eq!(conversions.get(), 0);
    let mut seen = tracepoints::Capture::new(&["lazy:converted"]).unwrap();
    let _another = capture("lazy:converted");
    tracepoint!(Converted { value: Lazy(&conversions) });
    assert_eq!(conversions.get(), 1);
    assert_eq!(seen.take()[0].raw().payload.u32(0), 1);
}
