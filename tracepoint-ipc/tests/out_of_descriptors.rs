//! A process that has no descriptors left serves whom it has, and takes in others once it has some.
#![cfg(unix)]

mod common;

use std::fs::File;

use common::process::{Process, role, say, wait_for_dismissal};
use common::{Sockets, read_events};
use tracepoint_core::{Event, tracepoint};
use tracepoint_ipc::blocking::Client;
use tracepoint_ipc::{Exporter, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

/// A node that fires when it is told to, and that can be told to use up all descriptors.
fn node(directory: &std::path::Path) {
    let limit = libc::rlimit { rlim_cur: 64, rlim_max: 64 };
    // SAFETY: `limit` is valid for reads.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
    let exporter = Exporter::builder("node").directory(directory).start().unwrap();
    say(exporter.socket_path().display());
    let mut hoard = Vec::new();
    for nonce in 0.. {
        let mut order = String::new();
        std::io::stdin().read_line(&mut order).unwrap();
        match order.trim() {
            "fire" => tracepoint!(Ping { nonce }),
            "hoard" => hoard.extend(std::iter::from_fn(|| File::open("/dev/null").ok())),
            "share" => hoard.clear(),
            _ => return,
        }
        say(order.trim());
    }
    wait_for_dismissal();
}

fn order(node: &mut Process, order: &str) {
    node.tell(order);
    assert_eq!(node.hear(), order);
}

#[test]
fn a_process_without_descriptors_serves_its_clients_and_takes_in_more_when_it_has_some_again() {
    if let Some((_, directory)) = role() {
        return node(&directory);
    }
    let sockets = Sockets::new();
    let mut node = Process::start(
        "a_process_without_descriptors_serves_its_clients_and_takes_in_more_when_it_has_some_again",
        "node",
        sockets.path(),
    );
    let socket = std::path::PathBuf::from(node.hear());
    let client = Client::connect_path(&socket).unwrap();
    let mut stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
    order(&mut node, "hoard");
    // It stays in the queue of the socket until it can be taken in.
    let late =
        std::thread::spawn(move || Client::connect_path(&socket).map(|client| client.info().unwrap().pid));
    order(&mut node, "fire");
    read_events(&mut stream, 1);
    assert_eq!(client.info().unwrap().pid, node.id());
    order(&mut node, "share");
    assert_eq!(late.join().unwrap().unwrap(), node.id());
    order(&mut node, "fire");
    read_events(&mut stream, 1);
    let (_, stats) = stream.close().unwrap();
    assert_eq!((stats.delivered(), stats.lost().total()), (2, 0));
}

/// The drain needs a timer: without it, a subscription would only be a burden.
#[test]
fn a_watcher_that_comes_when_no_descriptor_is_left_is_told_and_leaves_the_probes_off() {
    if let Some((_, directory)) = role() {
        return node(&directory);
    }
    let sockets = Sockets::new();
    let mut node = Process::start(
        "a_watcher_that_comes_when_no_descriptor_is_left_is_told_and_leaves_the_probes_off",
        "node",
        sockets.path(),
    );
    let client = Client::connect_path(std::path::Path::new(&node.hear())).unwrap();
    order(&mut node, "hoard");
    let refusal = client.subscribe(Request::new().pattern("net:*")).unwrap_err().to_string();
    assert!(refusal.contains("too many files open"), "{refusal}");
    assert!(client.tracepoints().unwrap().iter().all(|info| !info.enabled));
    order(&mut node, "share");
    let mut stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
    order(&mut node, "fire");
    read_events(&mut stream, 1);
}
