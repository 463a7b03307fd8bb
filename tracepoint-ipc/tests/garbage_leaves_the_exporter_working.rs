//! Whatever comes through the socket, the exporter goes on and its memory does not grow.
#![cfg(unix)]

mod common;

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use common::{DEADLINE, Sockets, connect, read_events, wait_until};
use tracepoint_core::{Event, tracepoint};
use tracepoint_ipc::{Exporter, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

/// A message of one segment: so many words, and then these bytes.
fn message(words: u32, bytes: &[u8]) -> Vec<u8> {
    [&[0; 4], &words.to_le_bytes()[..], bytes].concat()
}

fn attacks() -> Vec<(&'static str, Vec<u8>)> {
    let noise = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    vec![
        ("nothing", Vec::new()),
        ("zeros", vec![0; 4096]),
        ("ones", vec![0xff; 4096]),
        ("noise", noise),
        ("another protocol", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec()),
        ("half a message", message(4, &[0; 8])),
        ("a message of nothing", message(1, &[0; 8])),
        ("a pointer out of bounds", message(1, &[0xf0, 0xff, 0xff, 0x7f, 9, 0, 9, 0])),
        ("64 MiB announced", message(8 << 20, &[])),
        ("16 GiB announced", message(u32::MAX / 2, &[0; 64])),
        ("too many segments", [&u32::MAX.to_le_bytes()[..], &[1; 64]].concat()),
    ]
}

#[test]
fn garbage_leaves_the_exporter_working() {
    let sockets = Sockets::new();
    let exporter = sockets.builder("node").handshake_timeout(Duration::from_millis(300)).start().unwrap();
    let client = connect(&exporter);
    let mut stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
    for (what, bytes) in attacks() {
        hang_up_after(exporter.socket_path(), &bytes);
        wait_for_hang_up(exporter.socket_path(), &bytes);
        tracepoint!(Ping { nonce: 1 });
        assert_eq!(common::count(&read_events(&mut stream, 1)), 1, "after {what}");
    }
    only_one_is_left(&exporter);
    assert_eq!(connect(&exporter).info().unwrap().name, "node");
}

fn only_one_is_left(exporter: &Exporter) {
    wait_until("only the honest client is left", || exporter.connections() == 1);
    assert_eq!(exporter.subscriptions(), 1);
}

fn send(path: &Path, bytes: &[u8]) -> UnixStream {
    let mut socket = UnixStream::connect(path).unwrap();
    // The exporter may hang up before it has read everything.
    let _ = socket.write_all(bytes);
    socket
}

fn hang_up_after(path: &Path, bytes: &[u8]) {
    drop(send(path, bytes));
}

/// The exporter ends the connection, at the latest when no valid call has come in time.
fn wait_for_hang_up(path: &Path, bytes: &[u8]) {
    let mut socket = send(path, bytes);
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    let end = socket.read_to_end(&mut Vec::new());
    assert!(!end.is_err_and(|error| error.kind() == ErrorKind::WouldBlock), "it hangs up");
}
