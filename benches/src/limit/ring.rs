//! Byte rings written by hand, one for each thread, and a thread that empties them once a millisecond.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::pace::{PERIOD, pause};

/// The cheapest time stamp that there is.
#[inline(always)]
pub fn ticks() -> u64 {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 has it.
    return unsafe { std::arch::x86_64::_rdtsc() };
    #[cfg(not(target_arch = "x86_64"))]
    return tracepoints::clock::now();
}

/// The memory of one ring, and how far both sides are. Positions count words and never go back.
struct Ring {
    words: *mut u64,
    len: usize,
    head: AtomicUsize,
    /// Written by the drain: in a cache line of its own.
    tail: Apart,
}

#[repr(align(128))]
struct Apart(AtomicUsize);

// SAFETY: the words between `tail` and `head` are the drain's, the others the appender's, and both positions
// are published with Release and read with Acquire by the other side.
unsafe impl Sync for Ring {}
// SAFETY: as above; the memory is the ring's own.
unsafe impl Send for Ring {}

impl Ring {
    fn new(len: usize) -> Self {
        assert!(len.is_power_of_two());
        let words = Box::leak(vec![0u64; len].into_boxed_slice()).as_mut_ptr();
        Ring { words, len, head: AtomicUsize::new(0), tail: Apart(AtomicUsize::new(0)) }
    }

    /// Copies what there is to `batch`, part by part.
    fn drain(&self, batch: &mut [u64]) {
        let head = self.head.load(Ordering::Acquire);
        let mut tail = self.tail.0.load(Ordering::Relaxed);
        while tail != head {
            let at = tail & (self.len - 1);
            let part = (head - tail).min(self.len - at).min(batch.len());
            // SAFETY: published by `head`; the appender writes there again only when `tail` has passed.
            let words = unsafe { std::slice::from_raw_parts(self.words.add(at), part) };
            batch[..part].copy_from_slice(words);
            black_box(&batch);
            tail += part;
            self.tail.0.store(tail, Ordering::Release);
        }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: from the box that `new` leaked; nobody else has the ring any more.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(self.words, self.len)) });
    }
}

/// The side of the thread that fires.
pub struct Appender {
    ring: Arc<Ring>,
    words: *mut u64,
    mask: usize,
    head: usize,
}

// SAFETY: one appender for each ring; the memory is the ring's, which it keeps alive.
unsafe impl Send for Appender {}

impl Appender {
    /// Appends a record: header, clock, three numbers, and fields of bytes with their lengths. The caller has
    /// made sure of the room.
    #[inline(always)]
    pub fn append<const N: usize>(&mut self, id: u64, amount: i64, kind: u32, fields: [&[u8]; N]) {
        let words = 5 + fields.iter().map(|field| 1 + field.len().div_ceil(8)).sum::<usize>();
        if (self.head & self.mask) + words > self.mask + 1 {
            self.skip();
        }
        // SAFETY: `words` words from there are within the ring, and free, as the caller waits for the drain
        // before it writes more than the ring holds.
        unsafe {
            let to = self.words.add(self.head & self.mask);
            to.write(words as u64);
            to.add(1).write(ticks());
            to.add(2).write(id);
            to.add(3).write(amount as u64);
            to.add(4).write(u64::from(kind));
            let mut field_at = to.add(5);
            for field in fields {
                let length = field.len().div_ceil(8);
                field_at.write(field.len() as u64);
                if length > 0 {
                    // What the bytes do not fill.
                    field_at.add(length).write(0);
                }
                std::ptr::copy_nonoverlapping(field.as_ptr(), field_at.add(1).cast(), field.len());
                field_at = field_at.add(1 + length);
            }
        }
        self.head += words;
        self.ring.head.store(self.head, Ordering::Release);
    }

    /// Goes to the start of the ring.
    #[cold]
    fn skip(&mut self) {
        self.head += self.mask + 1 - (self.head & self.mask);
    }

    /// Waits until the drain has taken everything, and sleeps again.
    pub fn settle(&self) {
        while self.ring.tail.0.load(Ordering::Acquire) != self.head {
            thread::sleep(Duration::from_micros(100));
        }
        pause();
    }
}

/// Rings, and the thread that empties them.
pub struct HandRings {
    stop: Arc<AtomicBool>,
    drain: Option<JoinHandle<()>>,
}

impl HandRings {
    /// `count` rings of `words` words (a power of two) and their drain, which copies what it takes.
    pub fn new(count: usize, words: usize) -> (Self, Vec<Appender>) {
        let rings: Vec<_> = (0..count).map(|_| Arc::new(Ring::new(words))).collect();
        let appender = |ring: &Arc<Ring>| Appender {
            ring: ring.clone(),
            words: ring.words,
            mask: ring.len - 1,
            head: 0,
        };
        let appenders = rings.iter().map(appender).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let drain = thread::spawn(move || {
            let mut batch = vec![0u64; 8192];
            while !stopped.load(Ordering::Relaxed) {
                rings.iter().for_each(|ring| ring.drain(&mut batch));
                thread::sleep(PERIOD);
            }
        });
        (HandRings { stop, drain: Some(drain) }, appenders)
    }
}

impl Drop for HandRings {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(drain) = self.drain.take() {
            let _ = drain.join();
        }
    }
}
