//! A client that takes nothing loses its own events, and in the end its connection.

mod common;

use std::time::Duration;

use common::{Sockets, connect, wait_until};
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::{Request, StreamError};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping<'a> {
    padding: &'a [u8],
}

#[test]
fn a_stalled_client_is_hung_up_on() {
    let sockets = Sockets::new();
    let exporter = sockets.builder("node").stall_timeout(Duration::from_millis(200)).start().unwrap();
    let client = connect(&exporter);
    let bystander = connect(&exporter);
    // A blocking client that is not called reads nothing.
    let stream = client.subscribe(Request::new().pattern("net:*").queue_bytes(1 << 20)).unwrap();
    wait_until("the exporter gives up", || {
        for _ in 0..100 {
            tracepoint!(Ping { padding: &[1; 1000] });
        }
        !enabled!(Ping<'_>)
    });
    wait_until("the connection is closed", || exporter.connections() == 1);
    assert_eq!(exporter.subscriptions(), 0);
    assert_eq!(bystander.info().unwrap().subscriptions, 0);

    // What was on its way can still be read, and then the client is told.
    let end = stream.last().unwrap().unwrap_err();
    assert!(matches!(end, StreamError::Disconnected), "{end}");
    assert!(client.info().is_err());
}
