//! A watching client is killed: the node's probes are off again within a second, its memory is back, and it
//! never stalled. Real processes.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tracepoints::ipc::{Lost, Request, blocking::Client};

const WATCHER: &str = "NODE_TEST_WATCHER";

/// When a test counts as hung. Nothing depends on how much earlier it ends.
const HUNG: Duration = Duration::from_secs(300);

/// How soon the probes of a watcher that was killed are off.
const PROMISE: Duration = Duration::from_secs(1);

/// A process that is killed with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    fn start(command: &mut Command) -> Self {
        Process(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap())
    }

    /// Waits for its first line of output.
    fn first_line(&mut self) {
        let stdout = self.0.stdout.as_mut().unwrap();
        assert!(BufReader::new(stdout).read_line(&mut String::new()).unwrap() > 0, "it ended");
    }
}

#[test]
fn a_killed_watcher_leaves_the_node_as_it_was() {
    if let Some(pid) = std::env::var_os(WATCHER) {
        return watch_and_stop_reading(pid.to_str().unwrap());
    }
    let temporary = tempfile::tempdir().unwrap();
    // The node makes it, for us alone.
    let sockets = temporary.path().join("sockets");
    let mut node = Process::start(
        Command::new(env!("CARGO_BIN_EXE_node"))
            .args(["--serve", "--pause", "1ms"])
            .env("TRACEPOINT_DIR", &sockets),
    );
    node.first_line();
    let socket = sockets.join(format!("node.{}.sock", node.0.id()));
    let client = Client::connect_path(&socket).unwrap();
    // The first watcher makes the node's threads have rings, which is what they cost for good.
    let first = kill_a_watcher(&client, &socket);
    assert_eq!(blocks_go_on(&client).total(), 0);
    let before = resident_bytes(node.0.id());

    let others: Vec<_> = (0..3).map(|_| kill_a_watcher(&client, &socket)).collect();
    assert_eq!(blocks_go_on(&client).total(), 0);
    // A machine that is busy with other things may hold up some of them, but hardly all.
    let quickest = others.iter().copied().fold(first, Duration::min);
    assert!(quickest < PROMISE, "the probes were off {first:?} and {others:?} after the kill");
    let stats = client.stats().unwrap();
    assert!(stats.pool_used_bytes < stats.pool_bytes / 8, "chunks came back: {stats:?}");
    if let (Some(before), Some(after)) = (before, resident_bytes(node.0.id())) {
        // Each of the three made the node queue 16 MiB. It goes back to the system, not only to the
        // allocator.
        assert!(after < before + (4 << 20), "memory: {before} bytes before, {after} after");
    }
}

/// Starts a watcher of everything, which soon stops reading; kills it once the node has fired more than its
/// queue can hold; and waits until no probe is on. Returns how long that took.
fn kill_a_watcher(client: &Client, socket: &Path) -> Duration {
    let watcher = Process::start(
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_killed_watcher_leaves_the_node_as_it_was", "--nocapture"])
            .env(WATCHER, socket),
    );
    wait("the watcher's probes are on", || enabled(client) > 0);
    let lost = blocks_go_on(client);
    // All that a busy machine can do is to keep the exporter from the rings for too long.
    assert_eq!(lost.total(), lost.ring_full, "what the watcher does not take is its own loss: {lost:?}");
    assert!(enabled(client) > 0, "the watcher still watches");
    drop(watcher);
    let killed = Instant::now();
    wait("its probes are off", || enabled(client) == 0);
    killed.elapsed()
}

/// The watcher's side: takes one batch, and then no more, until it is killed.
fn watch_and_stop_reading(socket: &str) {
    let client = Client::connect_path(Path::new(socket)).unwrap();
    let mut stream = client.subscribe(Request::new().pattern("*")).unwrap();
    stream.next().unwrap().unwrap();
    loop {
        std::thread::park();
    }
}

fn enabled(client: &Client) -> usize {
    client.tracepoints().unwrap().iter().filter(|tracepoint| tracepoint.enabled).count()
}

/// The node still connects blocks. Returns what is lost to who reads.
fn blocks_go_on(client: &Client) -> Lost {
    let mut stream = client.subscribe(Request::new().pattern("validation:block_connected")).unwrap();
    let mut blocks = 0;
    while blocks < 3 {
        blocks += stream.next().unwrap().unwrap().count();
    }
    stream.close().unwrap().1.lost()
}

fn wait(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < HUNG, "waited in vain: {what}");
        std::thread::yield_now();
    }
}

/// What the process has in memory; `None` where the system does not tell.
fn resident_bytes(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
