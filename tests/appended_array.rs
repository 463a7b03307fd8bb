//! A byte array may be appended to an event like any other field.

use tracepoints::{Decode, Event, capture, tracepoint};

#[derive(Event, Debug, PartialEq)]
#[event(provider = "appended", name = "new")]
struct New<'a> {
    number: u64,
    hash: [u8; 32],
    salt: &'a [u8; 4],
}

#[test]
fn an_array_that_the_writer_did_not_know_is_zero() {
    let mut seen = capture("appended:old");
    tracepoint!(appended::old, number: u64 = 7);
    let events = seen.take();
    assert_eq!(New::decode(events[0].raw().payload), Ok(New { number: 7, hash: [0; 32], salt: &[0; 4] }));
}
