//! What the scenarios share.
#![allow(dead_code, reason = "no scenario needs all of it")]

pub mod process;
pub mod resources;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tracepoint_ipc::blocking::{Client, EventStream};
use tracepoint_ipc::{Batch, Exporter, ExporterBuilder};

/// Far more than anything here takes, on a machine that is busy with other things.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Tests that count what all of their process has run one at a time.
pub fn alone() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for a condition that another thread or process will bring about.
#[track_caller]
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < DEADLINE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A private directory for sockets.
pub struct Sockets {
    path: PathBuf,
    parent: TempDir,
}

impl Sockets {
    /// The directory itself is made by the first exporter.
    pub fn new() -> Self {
        let parent = tempfile::Builder::new().prefix("tp").tempdir().expect("a temporary directory");
        Self { path: parent.path().join("s"), parent }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn parent(&self) -> &Path {
        self.parent.path()
    }

    pub fn builder(&self, name: &str) -> ExporterBuilder {
        Exporter::builder(name).directory(self.path())
    }

    pub fn start(&self, name: &str) -> Exporter {
        self.builder(name).start().expect("an exporter")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

pub fn connect(exporter: &Exporter) -> Client {
    Client::connect_path(exporter.socket_path()).expect("a client")
}

/// Reads until at least `count` events have come.
#[track_caller]
pub fn read_events(stream: &mut EventStream, count: usize) -> Vec<Batch> {
    let start = Instant::now();
    let (mut batches, mut seen) = (Vec::new(), 0);
    while seen < count {
        assert!(start.elapsed() < DEADLINE, "{seen} of {count} events have come");
        if let Some(batch) = stream.next_timeout(DEADLINE).expect("a stream that goes on") {
            seen += batch.events().count();
            batches.push(batch);
        }
    }
    batches
}

/// Events in some batches.
pub fn count(batches: &[Batch]) -> usize {
    batches.iter().map(|batch| batch.events().count()).sum()
}
