//! A subscription is a lease: it ends with its client, however that ends.

mod common;

use std::process::{Command, Stdio};

use common::{Sockets, connect, read_events, wait_until};
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::blocking::Client;
use tracepoint_ipc::{Exporter, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

const SOCKET: &str = "TRACEPOINT_TEST_SOCKET";

#[test]
fn a_client_that_goes_switches_its_tracepoints_off() {
    if let Some(socket) = std::env::var_os(SOCKET) {
        return watch_for_ever(socket.as_ref());
    }
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let is_off = || !enabled!(Ping) && exporter.subscriptions() == 0;

    let client = connect(&exporter);
    let mut stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
    tracepoint!(Ping { nonce: 1 });
    read_events(&mut stream, 1);
    assert!(!is_off());
    drop(stream);
    assert!(is_off(), "a dropped stream has ended when the drop returns");

    let stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
    drop((stream, client));
    wait_until("the connection is closed", || exporter.connections() == 0);
    assert!(is_off());

    killed(&exporter, is_off);
    let client = connect(&exporter);
    assert_eq!(client.info().unwrap().subscriptions, 0, "the exporter is as good as new");
}

/// A client in a process of its own, which has no time for farewells.
fn killed(exporter: &Exporter, is_off: impl Fn() -> bool) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(SOCKET, exporter.socket_path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("the child subscribes", || !is_off());
    child.kill().unwrap();
    child.wait().unwrap();
    wait_until("the tracepoints are off", is_off);
    wait_until("the connection is closed", || exporter.connections() == 0);
}

fn watch_for_ever(socket: &std::path::Path) {
    let client = Client::connect_path(socket).unwrap();
    for batch in client.subscribe(Request::new().pattern("net:*")).unwrap() {
        batch.unwrap();
    }
}
