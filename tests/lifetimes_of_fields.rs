//! The fields of an event may have lifetimes of their own.

use std::borrow::Cow;

use tracepoints::{Event, capture, tracepoint};

#[derive(Event, Debug, PartialEq)]
#[event(provider = "lifetimes")]
struct Two<'a, 'b> {
    first: &'a str,
    second: &'b str,
    both: &'a [u8],
    data: &'b [u8],
}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "lifetimes")]
struct Static<'a> {
    name: &'static str,
    text: &'a str,
    cow: Cow<'a, str>,
    fixed: Cow<'static, str>,
}

#[test]
fn an_event_may_borrow_from_several_places() {
    let mut seen = capture("lifetimes:two");
    let outer = String::from("outer");
    {
        let inner = String::from("inner");
        tracepoint!(Two { first: &outer, second: &inner, both: &[1], data: inner.as_bytes() });
    }
    let events = seen.take();
    let expected = Two { first: "outer", second: "inner", both: &[1], data: b"inner" };
    assert_eq!(events[0].get::<Two>(), Ok(expected));
}

#[test]
fn an_event_with_a_static_field_can_be_fired() {
    let mut seen = capture("lifetimes:static");
    let text = String::from("text");
    tracepoint!(Static { name: "name", text: &text, cow: Cow::Borrowed(&text), fixed: "fixed".into() });
    tracepoint!(lifetimes::statics, name: &'static str = "name", text: &str = &text, twice: &&str = &"twice");
    let payload = seen.take()[0].raw().bytes().len();
    assert!(payload > 0);
}
