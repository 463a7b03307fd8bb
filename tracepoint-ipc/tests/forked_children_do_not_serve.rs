//! The child of a `fork` has no part in what its parent exports: neither in its connections nor in its socket.
#![cfg(unix)]

mod common;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use common::process::{Process, role, say, wait_for_dismissal};
use common::{DEADLINE, Sockets, connect, count, read_events, wait_until};
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::blocking::Client;
use tracepoint_ipc::{ConnectError, Exporter, Request, StreamError};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

/// Runs `child` in a forked process, which ends when the standard input of both does.
fn fork(child: impl FnOnce()) {
    // SAFETY: what the child runs takes no lock that other threads of the parent could have had.
    if unsafe { libc::fork() } == 0 {
        child();
        wait_for_dismissal();
        // SAFETY: ends the process.
        unsafe { libc::_exit(0) };
    }
}

/// Forks when it is told to.
fn node(directory: &Path, child: impl FnOnce(&Path)) {
    let exporter = Exporter::builder("node").directory(directory).start().unwrap();
    say(exporter.socket_path().display());
    std::io::stdin().read_line(&mut String::new()).unwrap();
    fork(|| child(directory));
    wait_for_dismissal();
}

#[test]
fn a_watcher_is_told_that_the_parent_was_killed_though_its_child_lives() {
    if let Some((_, directory)) = role() {
        return node(&directory, |_| say("alive"));
    }
    let sockets = Sockets::new();
    let mut node = Process::start(
        "a_watcher_is_told_that_the_parent_was_killed_though_its_child_lives",
        "node",
        sockets.path(),
    );
    let socket = node.hear();
    let client = Client::connect_path(Path::new(&socket)).unwrap();
    let mut stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
    node.tell("fork");
    assert_eq!(node.hear(), "alive");
    node.kill();
    let end = stream.next_timeout(DEADLINE);
    assert!(matches!(end, Err(StreamError::Disconnected)), "the watcher is told: {end:?}");
    let error = Client::connect_path(Path::new(&socket)).unwrap_err();
    assert!(matches!(error, ConnectError::Socket { .. }), "nobody listens: {error}");
}

#[test]
fn a_child_that_exports_has_clients_of_its_own() {
    if let Some((_, directory)) = role() {
        return node(&directory, |directory| {
            assert!(!enabled!(Ping));
            // The name is free: the parent's exporter has another process id.
            let exporter = Exporter::builder("node").directory(directory).start().unwrap();
            say(exporter.socket_path().display());
            while !enabled!(Ping) {
                std::thread::yield_now();
            }
            tracepoint!(Ping { nonce: 7 });
            wait_for_dismissal();
        });
    }
    let sockets = Sockets::new();
    let mut node = Process::start("a_child_that_exports_has_clients_of_its_own", "node", sockets.path());
    let parent = Client::connect_path(Path::new(&node.hear())).unwrap();
    let of_parent = parent.subscribe(Request::new().pattern("net:*")).unwrap();
    node.tell("fork");
    let child = Client::connect_path(Path::new(&node.hear())).unwrap();
    assert_ne!(child.info().unwrap().pid, node.id());
    let mut of_child = child.subscribe(Request::new().pattern("net:*")).unwrap();
    let batches = read_events(&mut of_child, 1);
    assert_eq!(batches[0].events().next().unwrap().unwrap().get::<Ping>().unwrap().nonce, 7);

    let (rest, stats) = of_parent.close().unwrap();
    assert_eq!((count(&rest), stats.delivered()), (0, 0), "the child's events are not the parent's");
    assert_eq!(parent.info().unwrap().pid, node.id());
}

#[test]
fn a_client_that_was_killed_switches_its_tracepoints_off_though_its_child_lives() {
    if let Some((_, socket)) = role() {
        let client = Client::connect_path(&socket).unwrap();
        let mut stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
        fork(|| say("alive"));
        stream.next();
        return;
    }
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let mut watcher = Process::start(
        "a_client_that_was_killed_switches_its_tracepoints_off_though_its_child_lives",
        "watcher",
        exporter.socket_path(),
    );
    assert_eq!(watcher.hear(), "alive");
    assert!(enabled!(Ping));
    watcher.kill();
    wait_until("the tracepoints are off", || !enabled!(Ping) && exporter.connections() == 0);
    assert!(connect(&exporter).info().is_ok());
}

/// Whoever wakes the exporter of the child does not write into what the parent has.
#[test]
fn a_child_forked_while_exporters_start_and_stop_can_export() {
    let sockets = Sockets::new();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let exporter = sockets.start("busy");
                let client = connect(&exporter);
                let _stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
            }
        });
        for _ in 0..100 {
            // SAFETY: the child only uses what is made for it.
            let pid = unsafe { libc::fork() };
            if pid == 0 {
                let exporter = sockets.builder("child").start();
                // SAFETY: ends the process.
                unsafe { libc::_exit(i32::from(exporter.is_err())) };
            }
            let mut status = 0;
            // SAFETY: waits for the child.
            assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
            assert_eq!(status, 0, "the child failed");
        }
        stop.store(true, Ordering::Relaxed);
    });
}
