//! A client reads events by their type, and by the schema that the process sends along.

mod common;

use common::{Sockets, connect, read_events};
use tracepoint_core::{Event, Value as _, tracepoint};
use tracepoint_ipc::{EventError, Request, Value};

/// How a peer came to be connected.
#[derive(tracepoint_core::Value, Clone, Copy, Debug, PartialEq)]
#[value(crate = tracepoint_core)]
enum Direction {
    /// It called us.
    Inbound,
    OutboundFullRelay,
}

/// A message was received.
#[derive(Event, Debug, PartialEq)]
#[event(provider = "net", crate = tracepoint_core)]
struct InboundMessage<'a> {
    /// Local id of the peer.
    peer_id: i64,
    addr: &'a str,
    direction: Direction,
    encrypted: bool,
    size: u32,
    fee_rate: f64,
    payload: &'a [u8],
}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "net", crate = tracepoint_core)]
struct Closed {
    peer_id: i64,
}

#[test]
fn events_are_read_by_type_and_by_name() {
    assert!(matches!(Direction::TYPE, tracepoint_core::Type::Enum(_)));
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let client = connect(&exporter);
    let mut stream = client.subscribe(Request::new().pattern("net:*")).unwrap();

    let message = || InboundMessage {
        peer_id: -7,
        addr: "203.0.113.9:8333",
        direction: Direction::OutboundFullRelay,
        encrypted: true,
        size: 4_000_000,
        fee_rate: 1.5,
        payload: &[0, 1, 255],
    };
    let before = tracepoint_core::clock::now();
    tracepoint!(message());
    tracepoint!(Closed { peer_id: 8 });
    let batches = read_events(&mut stream, 2);
    let events: Vec<_> = batches.iter().flat_map(|batch| batch.events()).map(Result::unwrap).collect();
    let [first, second] = events.as_slice() else { panic!("{events:?}") };

    assert_eq!(first.tracepoint().full_name(), "net:inbound_message");
    assert!(first.is::<InboundMessage>() && !first.is::<Closed>());
    assert_eq!(first.get::<InboundMessage>().unwrap(), message());
    assert!(matches!(first.get::<Closed>(), Err(EventError::WrongEvent { .. })));
    assert_eq!(second.get::<Closed>().unwrap(), Closed { peer_id: 8 });
    assert!(before <= first.time() && first.time() <= second.time());
    assert!(batches[0].threads().iter().any(|thread| thread.id == first.thread()));

    let fields: Vec<_> =
        first.fields().map(Result::unwrap).map(|(info, value)| (info.name.as_str(), value)).collect();
    let variant = Value::Enum { ordinal: 1, name: Some("outbound_full_relay") };
    assert_eq!(
        fields,
        [
            ("peer_id", Value::Int(-7)),
            ("addr", Value::Text("203.0.113.9:8333")),
            ("direction", variant),
            ("encrypted", Value::Bool(true)),
            ("size", Value::UInt(4_000_000)),
            ("fee_rate", Value::Float(1.5)),
            ("payload", Value::Data(&[0, 1, 255])),
        ]
    );
    let ty = first.event_type().unwrap();
    assert_eq!((ty.doc.as_str(), ty.type_name.as_str()), ("A message was received.", "NetInboundMessage"));
    assert_eq!(ty.field("peer_id").unwrap().doc, "Local id of the peer.");
    assert_eq!(first.field("size").unwrap().unwrap(), Value::UInt(4_000_000));
    assert!(first.field("nothing").is_none());
}
