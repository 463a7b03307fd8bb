//! Probes that compile to nothing: they evaluate nothing, nobody can listen, and nothing is listed.

use tracepoints::{Event, SubscribeError, Subscription, enabled, tracepoint};

#[derive(Event)]
#[event(provider = "off")]
struct Step<'a> {
    number: u32,
    text: &'a str,
}

fn evaluated() -> u32 {
    unreachable!("an argument was evaluated")
}

#[test]
fn arguments_are_not_evaluated_even_if_somebody_listens_to_everything() {
    let mut everything = Subscription::builder().pattern("*").allow_empty(true).start().unwrap();
    for _ in 0..3 {
        tracepoint!(Step { number: evaluated(), text: "" });
        tracepoint!(off::inline, number: u32 = evaluated());
        assert!(!enabled!(Step));
        tracepoints::drain::pass();
    }
    assert!(everything.close().tracepoints.is_empty());
    assert!(everything.next_batch().is_none());
}

#[test]
fn nothing_is_listed() {
    assert!(tracepoints::tracepoints().is_empty());
    let refused = Subscription::builder().pattern("off:*").start();
    assert!(matches!(refused, Err(SubscribeError::NoMatch { .. })), "{refused:?}");
}

#[test]
fn events_still_describe_themselves() {
    assert_eq!(Step::DESCRIPTOR.to_string(), "off:step");
    assert_eq!(Step::DESCRIPTOR.layout.words(), 2);
}
