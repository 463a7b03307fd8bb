//! Whoever reads slowly, or not at all, loses events of its own and nothing else: neither the process nor another
//! client waits for it.
#![cfg(unix)]

mod common;

use std::path::Path;
use std::time::Duration;

use common::process::{Process, role, say, wait_for_dismissal};
use common::resources::Counting;
use common::{Sockets, alone, connect, count, read_events, wait_until};
use tokio::task::LocalSet;
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::blocking::Client;
use tracepoint_ipc::{Exporter, Request, StreamError, SubscriptionStats};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping<'a> {
    nonce: u64,
    padding: &'a [u8],
}

#[derive(Event)]
#[event(provider = "chain", crate = tracepoint_core)]
struct Block {
    height: u64,
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Of each subscription here.
const QUEUE: usize = 1 << 20;

fn fire(events: u64) {
    for nonce in 0..events {
        tracepoint!(Ping { nonce, padding: &[1; 1000] });
    }
}

fn assert_adds_up(stats: &SubscriptionStats) {
    for counts in &stats.tracepoints {
        let kept = counts.delivered + counts.filtered + counts.sampled_out;
        assert_eq!(counts.offered, kept + counts.lost.total(), "{counts:?}");
    }
}

/// Watches in a process of its own, until it is told what to do.
fn watch(socket: &Path) {
    let client = Client::connect_path(socket).unwrap();
    let mut stream = client.subscribe(Request::new().pattern("net:*").queue_bytes(QUEUE)).unwrap();
    say("watching");
    loop {
        match stream.next() {
            Some(Ok(_)) => {}
            end => return say(format!("{end:?}")),
        }
    }
}

/// The other client here: it sees all of its own events, in time.
struct Bystander {
    stream: tracepoint_ipc::blocking::EventStream,
    height: u64,
}

impl Bystander {
    fn new(exporter: &Exporter) -> Self {
        let stream = connect(exporter).subscribe(Request::new().pattern("chain:*")).unwrap();
        Self { stream, height: 0 }
    }

    #[track_caller]
    fn is_served(&mut self) {
        tracepoint!(Block { height: self.height });
        let batches = read_events(&mut self.stream, 1);
        assert_eq!(count(&batches), 1);
        assert!(batches.iter().all(|batch| batch.gaps().is_empty()));
        self.height += 1;
    }
}

#[test]
fn a_watcher_that_is_stopped_by_a_signal_holds_nobody_up_and_is_hung_up_on() {
    const TEST: &str = "a_watcher_that_is_stopped_by_a_signal_holds_nobody_up_and_is_hung_up_on";
    if let Some((_, socket)) = role() {
        return watch(&socket);
    }
    let _alone = alone();
    let sockets = Sockets::new();
    let exporter = sockets.builder("node").stall_timeout(Duration::from_millis(300)).start().unwrap();
    let mut bystander = Bystander::new(&exporter);
    let watcher = Process::start(TEST, "watcher", exporter.socket_path());
    assert_eq!(watcher.hear(), "watching");
    fire(100);
    bystander.is_served();
    let before = Counting::live();
    watcher.signal(libc::SIGSTOP);
    let mut most = 0;
    wait_until("the exporter hangs up", || {
        fire(1000);
        bystander.is_served();
        most = most.max(Counting::live());
        !enabled!(Ping<'_>)
    });
    // What the queue may hold, what may be on its way, and what is just being filled.
    let grown = most.saturating_sub(before);
    assert!(grown < QUEUE + (2 << 20), "{grown} bytes for a stopped watcher");
    eprintln!("a stopped watcher takes {grown} bytes of a queue of {QUEUE}");
    wait_until("the connection is closed", || exporter.connections() == 1);
    watcher.signal(libc::SIGCONT);
    assert_eq!(watcher.hear(), "Some(Err(Disconnected))", "it is told when it goes on");
    bystander.is_served();
}

#[test]
fn a_watcher_whose_handler_never_returns_is_hung_up_on_though_its_connection_is_alive() {
    let _alone = alone();
    let sockets = Sockets::new();
    let exporter = sockets.builder("node").stall_timeout(Duration::from_millis(300)).start().unwrap();
    let mut bystander = Bystander::new(&exporter);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let client = tracepoint_ipc::Client::connect_path(exporter.socket_path()).await.unwrap();
        let request = Request::new().pattern("net:*").queue_bytes(QUEUE);
        let mut stream = client.subscribe(request).await.unwrap();
        // Its event loop runs, reads from the socket, and asks questions; but nobody takes a batch.
        while enabled!(Ping<'_>) {
            fire(1000);
            let _ = client.info().await;
            tokio::task::yield_now().await;
        }
        let end = loop {
            match stream.next().await.unwrap() {
                Ok(_) => {}
                Err(end) => break end,
            }
        };
        assert!(matches!(end, StreamError::Disconnected), "{end}");
    });
    bystander.is_served();
    wait_until("the connection is closed", || exporter.connections() == 1);
}

#[test]
fn a_slow_watcher_loses_events_but_not_its_connection_and_is_told_how_many() {
    let _alone = alone();
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let mut bystander = Bystander::new(&exporter);
    let client = connect(&exporter);
    let mut stream = client.subscribe(Request::new().pattern("net:*").queue_bytes(QUEUE)).unwrap();
    let (mut seen, mut lost, mut sequence) = (0, 0, 0);
    let mut read = |batch: &tracepoint_ipc::Batch| {
        let gap: u64 = batch.gaps().iter().map(|gap| gap.lost.total()).sum();
        lost += gap;
        sequence += gap;
        for event in batch.events() {
            assert_eq!(event.unwrap().sequence(), sequence, "no gap but those that are told");
            sequence += 1;
            seen += 1;
        }
    };
    // One batch for each megabyte.
    for _ in 0..20 {
        fire(1000);
        bystander.is_served();
        read(&stream.next().unwrap().unwrap());
    }
    let (rest, stats) = stream.close().unwrap();
    rest.iter().for_each(&mut read);
    assert!(lost > 0, "it was too slow");
    assert_eq!((seen, lost), (stats.delivered(), stats.lost().total()));
    assert_eq!(stats.lost().total(), stats.lost().queue_full);
    assert_eq!(seen + lost, 20_000);
    assert_adds_up(&stats);
}

#[test]
fn a_watcher_that_was_killed_takes_its_queue_along() {
    const TEST: &str = "a_watcher_that_was_killed_takes_its_queue_along";
    if let Some((_, socket)) = role() {
        let client = Client::connect_path(&socket).unwrap();
        let request = Request::new().pattern("net:*").queue_bytes(8 << 20);
        let _stream = client.subscribe(request).unwrap();
        say("watching");
        return wait_for_dismissal();
    }
    let _alone = alone();
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let mut bystander = Bystander::new(&exporter);
    let mut kill_one = || {
        let mut watcher = Process::start(TEST, "watcher", exporter.socket_path());
        assert_eq!(watcher.hear(), "watching");
        for _ in 0..10 {
            fire(1000);
            bystander.is_served();
        }
        let full = Counting::live();
        watcher.kill();
        wait_until("it is noticed", || !enabled!(Ping<'_>) && exporter.connections() == 1);
        (full, Counting::live())
    };
    // What is kept to be used again is there after the first one.
    let (_, before) = kill_one();
    for _ in 0..3 {
        let (full, after) = kill_one();
        assert!(full > before + (6 << 20), "the queue was full: {full} bytes, {before} before");
        assert!(after < before + (256 << 10), "{after} bytes after, {before} before");
    }
}
