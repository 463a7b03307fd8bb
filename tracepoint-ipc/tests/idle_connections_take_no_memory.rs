//! A message is allocated when its size is announced. That, and the number of connections, is bounded.
#![cfg(unix)]

mod common;

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use common::{DEADLINE, Sockets, connect, wait_until};

#[test]
fn idle_connections_take_no_memory() {
    let sockets = Sockets::new();
    let builder = sockets.builder("node").handshake_timeout(Duration::from_secs(3600)).max_connections(21);
    let exporter = builder.start().unwrap();
    let before = resident_bytes();

    // More than is allowed, and then as much as is allowed, of which one byte comes.
    for words in [8 << 20, 1 << 16, 8193] {
        // The exporter may say why, and hangs up.
        let end = announce(exporter.socket_path(), words).read_to_end(&mut Vec::new());
        assert!(!end.is_err_and(|error| error.kind() == ErrorKind::WouldBlock), "it hangs up");
    }
    wait_until("they are hung up on", || exporter.connections() == 0);
    let idle: Vec<_> = (0..20).map(|_| announce(exporter.socket_path(), 8000)).collect();
    wait_until("all are connected", || exporter.connections() == 20);

    let client = connect(&exporter);
    assert_eq!(client.info().unwrap().name, "node");
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 16 << 20, "{grown} bytes for 20 connections");

    let mut one_too_many = UnixStream::connect(exporter.socket_path()).unwrap();
    one_too_many.set_read_timeout(Some(DEADLINE)).unwrap();
    let end = one_too_many.read(&mut [0]);
    assert!(!end.is_err_and(|error| error.kind() == ErrorKind::WouldBlock), "it is turned away");
    assert_eq!(exporter.connections(), 21);
    drop(idle);
    wait_until("only the honest client is left", || exporter.connections() == 1);
    assert_eq!(client.info().unwrap().name, "node");
}

/// Sends the header of a message of one segment, and its first byte.
fn announce(path: &Path, words: u32) -> UnixStream {
    let mut socket = UnixStream::connect(path).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    let _ = socket.write_all(&[&[0; 4], &words.to_le_bytes()[..], &[1]].concat());
    socket
}

/// Memory of this process; 0 where it is not known.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
