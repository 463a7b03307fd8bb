//! Tracepoints in the arguments of tracepoints: nothing is written yet, so both arrive.

use tracepoints::{Event, Type, Value, capture, enabled, tracepoint};

#[derive(Event)]
#[event(provider = "nested")]
struct Outer<'a> {
    depth: u32,
    text: &'a str,
}

#[derive(Event)]
#[event(provider = "nested")]
struct Inner {
    depth: u32,
}

fn fire_inner(depth: u32) -> u32 {
    tracepoint!(Inner { depth });
    depth + 1
}

/// Fires another tracepoint, and itself, in its arguments.
fn fire_outer(depth: u32) -> u32 {
    tracepoint!(Outer {
        depth: if depth < 3 { fire_outer(fire_inner(depth)) } else { depth },
        text: "outer"
    });
    depth
}

#[test]
fn events_fired_in_arguments_arrive_before_the_event_that_they_are_arguments_of() {
    let mut seen = capture("nested:*");
    fire_outer(0);
    let events = seen.take();
    let order: Vec<_> =
        events.iter().map(|event| (event.descriptor().name, event.raw().payload.u32(0))).collect();
    assert_eq!(
        order,
        [("inner", 0), ("inner", 1), ("inner", 2), ("outer", 3), ("outer", 3), ("outer", 2), ("outer", 1),]
    );
    assert_eq!(seen.stats().lost().total(), 0);
    assert!(enabled!(Outer<'_>));
}

/// Fires in its conversion.
struct Chatty(u32);

impl Value for Chatty {
    const TYPE: Type = Type::UInt32;
    type Lowered<'v> = u32;
    fn lower(&self) -> u32 {
        tracepoint!(chatty::conversion, number: u32 = self.0);
        self.0
    }
}

#[test]
fn events_fired_in_conversions_arrive_too() {
    let mut seen = capture("chatty:*");
    tracepoint!(chatty::event, value: Chatty = Chatty(7));
    let names: Vec<_> = seen.take().iter().map(|event| event.name()).collect();
    assert_eq!(names, ["chatty:conversion", "chatty:event"]);
    assert_eq!(seen.stats().lost().total(), 0);
}
