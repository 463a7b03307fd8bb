//! A tracepoint that is registered while a stream runs is known to its reader.

mod common;

use common::{Sockets, connect, read_events};
use tracepoint_core::__macro::Losses;
use tracepoint_core::{Descriptor, Event, Field, Gate, Placed, Tracepoint, register, tracepoint};
use tracepoint_ipc::{Registration, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

static FIELDS: Placed<1> = Placed::new([Field::of::<u64>("nonce", "")]);
static PONG: Descriptor = Descriptor::new("net", "pong", "", &FIELDS, file!(), line!());
static GATE: Gate = Gate::unregistered();
static LOSSES: Losses = Losses::new();
static LATE: Tracepoint = Tracepoint::new(&PONG, &GATE, &LOSSES);

#[test]
fn late_tracepoints_are_known() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let client = connect(&exporter);
    let mut stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
    tracepoint!(Ping { nonce: 1 });
    let early = read_events(&mut stream, 1).pop().unwrap();
    assert!(early.catalog().find("net:pong").is_none());

    register(&LATE);
    tracepoint!(Ping { nonce: 2 });
    let late = read_events(&mut stream, 1).pop().unwrap();
    let info = late.catalog().find("net:pong").expect("the new one");
    assert_eq!(info.registered, Registration::RunTime);
    assert!(late.catalog().event_type(info).is_some(), "with its fields");
    assert!(early.catalog().find("net:pong").is_none(), "a batch keeps what it came with");
    assert!(LATE.is_enabled(), "it matches a pattern that is on");
    assert!(client.schema().unwrap().find("net:pong").is_some());
}
