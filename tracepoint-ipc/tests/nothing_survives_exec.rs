//! A program that is started by a traced process, or by a client, inherits none of their descriptors.
#![cfg(target_os = "linux")]

mod common;

use std::process::Command;

use common::{Sockets, connect, read_events};
use tracepoint_core::{Event, tracepoint};
use tracepoint_ipc::Request;

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

/// What a program that is started now has open.
fn inherited() -> String {
    let output = Command::new("ls").arg("/proc/self/fd").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_program_that_is_started_inherits_no_descriptor() {
    let before = inherited();
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let client = connect(&exporter);
    let mut stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
    tracepoint!(Ping { nonce: 1 });
    read_events(&mut stream, 1);
    assert_eq!(exporter.subscriptions(), 1);
    assert!(common::resources::descriptors() > 10, "all that could be inherited is there");
    assert_eq!(inherited(), before);
}
