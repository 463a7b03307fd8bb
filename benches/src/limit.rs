//! The limit rows: what the same work costs when it is written by hand, without any library.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::pace::pause;

/// A gate written by hand: a relaxed load and a branch to a cold function.
pub struct HandGate(AtomicU32);

impl HandGate {
    /// A closed one.
    #[allow(clippy::new_without_default, reason = "const")]
    pub const fn new() -> Self {
        HandGate(AtomicU32::new(0))
    }

    /// Opens it if the environment says so, which the compiler cannot know.
    pub fn perhaps_open(&self) {
        if std::env::var_os("TRACEPOINT_BENCH_OPEN").is_some() {
            self.0.store(1, Ordering::Relaxed);
        }
    }

    /// Calls `cold` if it is open.
    #[inline(always)]
    pub fn check(&self, cold: impl FnOnce()) {
        if self.0.load(Ordering::Relaxed) != 0 {
            taken(cold);
        }
    }
}

#[cold]
#[inline(never)]
fn taken(cold: impl FnOnce()) {
    cold();
}

/// A byte ring for one thread, with a raw clock in each record, and a thread that empties it once a
/// millisecond.
pub struct HandRing {
    words: Box<[u64]>,
    head: usize,
    shared: Arc<Shared>,
    drain: Option<JoinHandle<u64>>,
}

struct Shared {
    head: AtomicUsize,
    tail: AtomicUsize,
    stop: AtomicBool,
}

const WORDS: usize = 1 << 20;

/// The cheapest time stamp that there is.
#[inline(always)]
pub fn ticks() -> u64 {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 has it.
    return unsafe { std::arch::x86_64::_rdtsc() };
    #[cfg(not(target_arch = "x86_64"))]
    return std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos() as u64;
}

impl HandRing {
    /// A ring of 8 MiB and its drain, which copies what it takes.
    #[allow(clippy::new_without_default, reason = "starts a thread")]
    pub fn new() -> Self {
        let mut words = vec![0u64; WORDS].into_boxed_slice();
        let shared = Arc::new(Shared {
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        let base = words.as_mut_ptr() as usize;
        let seen = shared.clone();
        let drain = std::thread::spawn(move || {
            let mut batch = vec![0u64; 8192];
            let mut sum = 0u64;
            loop {
                let stop = seen.stop.load(Ordering::Acquire);
                let head = seen.head.load(Ordering::Acquire);
                let mut tail = seen.tail.load(Ordering::Relaxed);
                while tail != head {
                    let at = tail & (WORDS - 1);
                    let part = (head - tail).min(WORDS - at).min(batch.len());
                    // SAFETY: published by `head`; the producer waits for `tail` before it writes there
                    // again. The ring outlives the thread, which its `drop` joins.
                    let words = unsafe { std::slice::from_raw_parts((base as *const u64).add(at), part) };
                    batch[..part].copy_from_slice(words);
                    sum = sum.wrapping_add(batch[0]);
                    tail += part;
                    seen.tail.store(tail, Ordering::Release);
                }
                if stop {
                    return sum;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        HandRing { words, head: 0, shared, drain: Some(drain) }
    }

    /// Appends a record: header, clock, three numbers and bytes. The caller has made sure of the room.
    #[inline(always)]
    pub fn append(&mut self, id: u64, amount: i64, kind: u32, bytes: &[u8]) {
        let payload = bytes.len().div_ceil(8);
        let words = 6 + payload;
        let at = self.head & (WORDS - 1);
        if at + words > WORDS {
            self.skip();
            return self.append(id, amount, kind, bytes);
        }
        // SAFETY: `words` words from `at` are within the ring.
        unsafe {
            let to = self.words.as_mut_ptr().add(at);
            to.write(words as u64);
            to.add(1).write(ticks());
            to.add(2).write(id);
            to.add(3).write(amount as u64);
            to.add(4).write(u64::from(kind));
            to.add(5).write(bytes.len() as u64);
            if payload > 0 {
                to.add(words - 1).write(0);
            }
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), to.add(6).cast(), bytes.len());
        }
        self.head += words;
        self.shared.head.store(self.head, Ordering::Release);
    }

    #[cold]
    fn skip(&mut self) {
        self.head += WORDS - (self.head & (WORDS - 1));
    }

    /// Waits until the drain has taken everything, and sleeps again.
    pub fn settle(&self) {
        while self.shared.tail.load(Ordering::Acquire) != self.head {
            std::thread::yield_now();
        }
        pause();
    }
}

impl Drop for HandRing {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        if let Some(drain) = self.drain.take() {
            let _ = drain.join();
        }
    }
}
