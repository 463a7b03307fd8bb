//! However large a recording is, writing it, reading it and looking for a time in it take the same little memory.
//! Bytes are counted by the allocator of this binary.

mod common;
#[path = "common/recording.rs"]
mod recording;

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Sockets, connect, read_events};
use recording::{Ping, material};
use tracepoint_core::tracepoint;
use tracepoint_ipc::recording::{Reader, Writer};
use tracepoint_ipc::{Batch, Request};

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: by the caller.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A few batches in memory, the schema, and the index.
const ENOUGH: usize = 3 << 20;

/// More than three times the entries of an index, and a hundred times what is enough.
const BATCHES: usize = 13_000;

/// Does something that may hold so many bytes at most.
#[track_caller]
fn in_little_memory<T>(work: impl FnOnce() -> T) -> T {
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let result = work();
    let peak = PEAK.load(Ordering::Relaxed) - before;
    assert!(peak < ENOUGH, "{peak} bytes");
    result
}

/// A batch of about 24 KiB.
fn batch() -> Batch {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let client = connect(&exporter);
    let mut stream = client.subscribe(Request::new().pattern("net:ping")).unwrap();
    tracepoint!(Ping { nonce: 1, padding: &[1; 24 << 10] });
    read_events(&mut stream, 1).remove(0)
}

#[test]
fn a_large_recording_is_read_in_constant_memory() {
    let material = material();
    let batch = batch();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("large.rec");
    in_little_memory(|| {
        let mut writer = Writer::create(&path, &material.header, batch.catalog()).unwrap();
        for _ in 0..BATCHES {
            writer.write(&batch).unwrap();
            writer.flush().unwrap();
        }
        writer.finish(None).unwrap();
    });
    let len = fs::metadata(&path).unwrap().len();
    assert!(len > 100 * ENOUGH as u64, "{len}");
    in_little_memory(|| read(&path));
    // Without its end, the index is made anew.
    File::options().write(true).open(&path).unwrap().set_len(len - 1000).unwrap();
    in_little_memory(|| read(&path));
}

fn read(path: &Path) {
    let mut reader = Reader::open(path).unwrap();
    let count: usize = reader.by_ref().map(|batch| batch.unwrap().events().count()).sum();
    assert!(count >= BATCHES - 1);
    let spans = reader.spans().unwrap();
    assert!(spans.len() <= 4096 && spans.len() > 2048, "{}", spans.len());
    reader.between(0..=u64::MAX).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().count(), 1);
}
