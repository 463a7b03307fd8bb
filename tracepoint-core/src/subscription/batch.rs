//! A batch of events on its way to a subscriber, and the bounded queue that it waits in.

use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_queue::ArrayQueue;
use parking_lot::Mutex;

use super::events::EventBytes;
use crate::wire::Frames;
use crate::{Lost, ThreadInfo};

/// Events that were lost at one place of the stream.
///
/// ```
/// use tracepoint_core::{Gap, Lost};
/// let gap = Gap { tag: 1, lost: Lost { queue_full: 3, ..Lost::default() } };
/// assert_eq!(gap.lost.total(), 3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Which tracepoint.
    pub tag: u16,
    /// How many, and why.
    pub lost: Lost,
}

/// Events in the order in which they are delivered.
///
/// ```
/// let batch = tracepoint_core::Batch::default();
/// assert!(batch.is_empty());
/// ```
#[derive(Debug, Default)]
pub struct Batch {
    /// Messages back to back; read them with [`Frames`].
    pub events: EventBytes,
    /// How many there are.
    pub count: u32,
    /// What was lost before the first event, since the last batch.
    pub gaps: Vec<Gap>,
    /// Threads that appear in this stream for the first time.
    pub threads: Vec<ThreadInfo>,
    /// How many tracepoints were registered by then: no tag is larger.
    pub tracepoints: u32,
}

impl Batch {
    /// Whether it has nothing to tell: no events, no gaps.
    pub fn is_empty(&self) -> bool {
        self.count == 0 && self.gaps.is_empty()
    }

    /// Appends words as the bytes that they are in memory, which is how fields were written.
    #[inline]
    pub(crate) fn append(&mut self, words: &[u64]) {
        self.events.append(bytes_of(words));
    }

    /// Empties it, keeping memory for `bytes` of events.
    fn clear(&mut self, bytes: usize) {
        self.events.clear(bytes);
        self.count = 0;
        self.gaps.clear();
        self.threads.clear();
    }
}

/// Bytes of emptied batches that a queue keeps: as many as are filled between two looks of a subscriber that
/// keeps up with a gigabyte a second.
const SPARE_BYTES: usize = 4 << 20;

/// Words as the bytes that they are in memory.
#[inline(always)]
pub(crate) fn bytes_of(words: &[u64]) -> &[u8] {
    // SAFETY: any bytes will do, and the alignment only gets smaller.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
}

/// Events of one tracepoint in a batch that was lost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evicted {
    pub(crate) tag: u16,
    pub(crate) events: u64,
    pub(crate) bytes: u64,
}

/// Gaps, and others behind them.
fn merge(mut gaps: Vec<Gap>, others: &[Gap]) -> Vec<Gap> {
    for other in others {
        match gaps.iter_mut().find(|gap| gap.tag == other.tag) {
            Some(gap) => gap.lost += other.lost,
            None => gaps.push(*other),
        }
    }
    gaps
}

/// Places that the end of a stream needs: what is in the open batch, and the gaps behind it.
const RESERVED: usize = 2;

/// Batches that wait for the subscriber. Filled by the drain, emptied by the subscriber, in whatever
/// threads they are.
#[derive(Debug)]
pub(crate) struct Queue {
    sealed: ArrayQueue<Batch>,
    /// Emptied batches, to be filled again; the last one first, as it is in some cache yet.
    spare: Mutex<Vec<Batch>>,
    /// In `sealed`.
    bytes: AtomicUsize,
    batch_bytes: usize,
    /// What batches that were evicted had to tell, besides their events; the next one that is taken tells it.
    evicted: Mutex<Batch>,
}

impl Queue {
    pub(crate) fn new(queue_bytes: usize, batch_bytes: usize) -> Self {
        // Batches are sealed early only while the queue is empty, before gaps, and around large events.
        let places = queue_bytes / batch_bytes * 2 + 16 + RESERVED;
        Queue {
            sealed: ArrayQueue::new(places),
            spare: Mutex::default(),
            bytes: AtomicUsize::new(0),
            batch_bytes,
            evicted: Mutex::default(),
        }
    }

    /// An empty batch.
    pub(crate) fn blank(&self) -> Batch {
        self.spare.lock().pop().unwrap_or_else(|| Batch {
            events: EventBytes::with_capacity(self.batch_bytes),
            ..Batch::default()
        })
    }

    /// Whether there is a place for one more. The last [`RESERVED`] ones are for the end of the stream.
    pub(crate) fn has_place(&self, is_end: bool) -> bool {
        let reserved = if is_end { 0 } else { RESERVED };
        self.sealed.len() + reserved < self.sealed.capacity()
    }

    /// Adds a batch. There is a place: only the drain adds, so what was free stays so.
    pub(crate) fn push(&self, batch: Batch) {
        // Before it can be taken, so that the count never goes below zero.
        self.bytes.fetch_add(batch.events.len(), Ordering::Relaxed);
        let pushed = self.sealed.push(batch);
        debug_assert!(pushed.is_ok(), "pushed without a place");
    }

    /// Takes the oldest batch.
    pub(crate) fn pop(&self) -> Option<Batch> {
        // Held, lest a batch be evicted in between that is older than what it would tell.
        let mut evicted = self.evicted.lock();
        let mut batch = self.take()?;
        if !evicted.gaps.is_empty() || !evicted.threads.is_empty() {
            batch.gaps = merge(std::mem::take(&mut evicted.gaps), &batch.gaps);
            batch.threads.splice(0..0, evicted.threads.drain(..));
        }
        Some(batch)
    }

    fn take(&self) -> Option<Batch> {
        let batch = self.sealed.pop()?;
        self.bytes.fetch_sub(batch.events.len(), Ordering::Relaxed);
        Some(batch)
    }

    /// Loses the oldest batch. Returns how many events of each tag, and of how many bytes, that were; none if no
    /// batch waits.
    pub(crate) fn evict(&self) -> Option<Vec<Evicted>> {
        let mut evicted = self.evicted.lock();
        let mut batch = self.take()?;
        let mut lost: Vec<Evicted> = Vec::new();
        for event in Frames::new(&batch.events).flatten() {
            let bytes = event.bytes().len() as u64;
            match lost.iter_mut().find(|lost| lost.tag == event.tag) {
                Some(lost) => {
                    lost.events += 1;
                    lost.bytes += bytes;
                }
                None => lost.push(Evicted { tag: event.tag, events: 1, bytes }),
            }
        }
        let gaps: Vec<_> = lost
            .iter()
            .map(|lost| Gap { tag: lost.tag, lost: Lost { queue_full: lost.events, ..Lost::default() } })
            .collect();
        let before = merge(std::mem::take(&mut evicted.gaps), &batch.gaps);
        evicted.gaps = merge(before, &gaps);
        evicted.threads.append(&mut batch.threads);
        drop(evicted);
        self.recycle(batch);
        Some(lost)
    }

    pub(crate) fn recycle(&self, mut batch: Batch) {
        batch.clear(self.batch_bytes);
        let mut spare = self.spare.lock();
        if spare.len() * self.batch_bytes < SPARE_BYTES {
            spare.push(batch);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sealed.is_empty()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}
