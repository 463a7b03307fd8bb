//! Events of any size up to the limit of the process arrive whole.

mod common;

use common::{Sockets, connect, read_events};
use tracepoint_core::{Event, tracepoint};
use tracepoint_ipc::Request;

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Block<'a> {
    height: u32,
    bytes: &'a [u8],
}

#[test]
fn large_events_arrive() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let client = connect(&exporter);
    let mut stream = client.subscribe(Request::new().pattern("net:*").queue_bytes(64 << 20)).unwrap();
    let sizes = [0, 1, 4 << 10, 64 << 10, 1 << 20, 4 << 20, (16 << 20) - 64];
    let bytes: Vec<u8> = (0..16 << 20).map(|n: u32| (n ^ n >> 8) as u8).collect();
    for (height, size) in (0..).zip(sizes) {
        tracepoint!(Block { height, bytes: &bytes[..size] });
        let batches = read_events(&mut stream, 1);
        let event = batches[0].events().next().unwrap().unwrap();
        let block = event.get::<Block<'_>>().unwrap();
        assert_eq!(block.height, height);
        assert!(block.bytes == &bytes[..size], "{size} bytes");
    }
    tracepoint!(Block { height: 99, bytes: &bytes });
    let (_, stats) = stream.close().unwrap();
    assert_eq!(stats.lost().too_large, 1, "what is over the limit is counted");
}
