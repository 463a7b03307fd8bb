//! Signals are the process's own affair: our thread handles none, and raises none.
#![cfg(unix)]

mod common;

use std::path::Path;

use common::process::{Process, role, say, wait_for_dismissal};
use common::{Sockets, wait_until};
use tokio::task::LocalSet;
use tracepoint_core::{Event, tracepoint};
use tracepoint_ipc::blocking;
use tracepoint_ipc::{Client, Exporter, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping<'a> {
    padding: &'a [u8],
}

/// A node as a C program would be, where writing to a socket that nobody reads is deadly.
fn node(directory: &Path) {
    // SAFETY: sets the handling of a signal to what it is in a new process.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    let exporter = Exporter::builder("node").directory(directory).start().unwrap();
    say(exporter.socket_path().display());
    std::thread::spawn(|| {
        loop {
            tracepoint!(Ping { padding: &[1; 10_000] });
            std::thread::yield_now();
        }
    });
    wait_for_dismissal();
}

/// Watches, and vanishes in the middle of it.
async fn visit(socket: &Path) {
    let client = Client::connect_path(socket).await.unwrap();
    let mut stream = client.subscribe(Request::new().pattern("*").queue_bytes(8 << 20)).await.unwrap();
    stream.next().await.unwrap().unwrap();
    std::mem::forget((client, stream));
}

#[test]
fn a_client_that_vanishes_does_not_kill_a_process_that_does_not_ignore_broken_pipes() {
    if let Some((_, directory)) = role() {
        return node(&directory);
    }
    let sockets = Sockets::new();
    let mut node = Process::start(
        "a_client_that_vanishes_does_not_kill_a_process_that_does_not_ignore_broken_pipes",
        "node",
        sockets.path(),
    );
    let socket = node.hear();
    for round in 0..30 {
        assert_eq!(node.ended(), None, "after {round} rounds");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // Its sockets close with the event loop, without a word.
        LocalSet::new().block_on(&runtime, visit(Path::new(&socket)));
    }
    let client = blocking::Client::connect_path(Path::new(&socket)).unwrap();
    wait_until("the vanished are noticed", || client.info().unwrap().subscriptions == 0);
    assert_eq!(node.ended(), None);
}

/// A process that loses its exporter in the middle of a question is told so.
#[test]
fn an_exporter_that_vanishes_does_not_kill_a_client_that_does_not_ignore_broken_pipes() {
    if let Some((_, socket)) = role() {
        // SAFETY: as above.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        let client = blocking::Client::connect_path(&socket).unwrap();
        let _stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
        say("connected");
        wait_for_dismissal();
        assert!(client.info().is_err());
        say("told");
        return;
    }
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let mut client = Process::start(
        "an_exporter_that_vanishes_does_not_kill_a_client_that_does_not_ignore_broken_pipes",
        "client",
        exporter.socket_path(),
    );
    assert_eq!(client.hear(), "connected");
    drop(exporter);
    client.dismiss();
    assert_eq!(client.hear(), "told");
}

#[cfg(target_os = "linux")]
#[test]
fn the_handlers_of_the_process_never_run_on_our_thread() {
    let sockets = Sockets::new();
    let _exporter = sockets.start("node");
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
    let ours: Vec<_> = tasks
        .filter(|task| {
            std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "tracepoints")
        })
        .collect();
    // Other tests have theirs.
    assert!(!ours.is_empty());
    for status in ours.iter().filter_map(|task| std::fs::read_to_string(task.join("status")).ok()) {
        let is_blocked = blocked(&status);
        for signal in
            [libc::SIGINT, libc::SIGTERM, libc::SIGCHLD, libc::SIGUSR1, libc::SIGPIPE, libc::SIGALRM]
        {
            assert!(is_blocked(signal), "{signal}");
        }
        // What is the matter with a thread is handled there: crash handlers and profilers see ours too.
        for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGABRT, libc::SIGPROF]
        {
            assert!(!is_blocked(signal), "{signal}");
        }
    }
    // Nobody else is concerned.
    let is_blocked = blocked(&std::fs::read_to_string("/proc/thread-self/status").unwrap());
    assert!(!is_blocked(libc::SIGTERM));
}

/// Which signals a thread does not take, as the system says.
#[cfg(target_os = "linux")]
fn blocked(status: &str) -> impl Fn(libc::c_int) -> bool + use<> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap();
    let mask = u64::from_str_radix(mask.trim(), 16).unwrap();
    move |signal| mask >> (signal - 1) & 1 == 1
}
