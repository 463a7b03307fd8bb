//! A client cannot tell whether bytes travelled by reference to the exporter.

mod common;

use std::sync::Arc;

use common::{Sockets, connect, read_events, wait_until};
use tracepoint_core::{Event, tracepoint};
use tracepoint_ipc::Request;

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Copied<'a> {
    height: u32,
    hash: &'a [u8],
    bytes: &'a [u8],
    name: &'a str,
}

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Referred<'a> {
    height: u32,
    hash: &'a [u8],
    bytes: &'a Arc<[u8]>,
    name: &'a Arc<str>,
}

#[test]
fn references_arrive_as_copies_do() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let client = connect(&exporter);
    let mut stream = client.subscribe(Request::new().pattern("net:*").queue_bytes(64 << 20)).unwrap();
    let name: Arc<str> = "n".repeat(3_000).into();
    for (height, size) in (0..).zip([0, 1, 2047, 2048, 2049, 64 << 10, 100_000, 4 << 20]) {
        let bytes: Arc<[u8]> = (0..size).map(|n: u32| (n ^ n >> 8) as u8).collect();
        tracepoint!(Copied { height, hash: &[1; 32], bytes: &bytes, name: &name });
        tracepoint!(Referred { height, hash: &[1; 32], bytes: &bytes, name: &name });
        let batches = read_events(&mut stream, 2);
        let events: Vec<_> = batches.iter().flat_map(|batch| batch.events()).map(Result::unwrap).collect();
        let copied = events[0].get::<Copied<'_>>().unwrap();
        let values = |event: usize| {
            events[event].fields().map(|field| format!("{:?}", field.unwrap().1)).collect::<Vec<_>>()
        };
        assert!(values(0) == values(1), "{size} bytes");
        assert!(copied.bytes == &bytes[..] && copied.name == &*name);
        wait_until("the exporter lets go of the bytes", || Arc::strong_count(&bytes) == 1);
    }
    let (_, stats) = stream.close().unwrap();
    assert_eq!(stats.lost().total(), 0);
}
