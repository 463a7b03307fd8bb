//! Queues of ready-made records: crossbeam's `ArrayQueue` and `rtrb`, each emptied once a millisecond.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam_queue::ArrayQueue;

use crate::pace::PERIOD;
use crate::workload::{KIND, NAME};

/// S as 64 bytes.
pub type Record = [u64; 8];

/// S, with a time stamp as every record has one.
#[inline(always)]
pub fn small(id: u64, name: &str) -> Record {
    let name = name.as_bytes();
    let mut texts = [0; 16];
    let length = name.len().min(16);
    texts[..length].copy_from_slice(&name[..length]);
    let [first, second] = [0, 8].map(|at| u64::from_le_bytes(texts[at..at + 8].try_into().expect("eight")));
    let kind = u64::from(KIND);
    [8, crate::limit::ticks(), id, (-(id as i64)) as u64, kind, NAME.len() as u64, first, second]
}

/// A thread that empties something.
pub struct Emptier {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Emptier {
    /// Calls `take` until it is empty, once a millisecond.
    pub fn start<T: 'static>(mut take: impl FnMut() -> Option<T> + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                while let Some(record) = take() {
                    black_box(&record);
                }
                thread::sleep(PERIOD);
            }
        });
        Emptier { stop, thread: Some(thread) }
    }

    /// As `start`, for a queue that many may push to.
    pub fn of<T: Send + 'static>(queue: &Arc<ArrayQueue<T>>) -> Self {
        let queue = queue.clone();
        Self::start(move || queue.pop())
    }
}

impl Drop for Emptier {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
