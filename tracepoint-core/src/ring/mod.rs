//! The ring of one thread: a chain of chunks, written by the thread, read by the drain.
//!
//! ```text
//!   first ──▶ chunk ──next──▶ chunk ──next──▶ chunk
//!              ▲ drain reads                   ▲ thread appends
//! ```
//!
//! The producer appends records to its last chunk and publishes them with one `Release` store of the
//! chunk's `committed`. It reads nothing that the drain writes until the chunk is full. Then it takes another
//! one of the pool and links it, which seals the old one. The drain follows the links and gives chunks back. If the
//! pool has none left for it, and the drain has read all of the ring, the producer begins its chunk anew.
//!
//! # Orderings
//!
//! Each edge is one `Release` store paired with `Acquire` loads of the same location:
//! - **SYNC committed**: words written before are visible to the drain that reads the count.
//! - **SYNC link**: a chunk's reset header, and all chunks and records of a spanning record behind it,
//!   are visible to the drain that follows the link. What was committed before the link was set is final:
//!   the drain reads `next` first and `committed` after it, so it never leaves a chunk too early.
//! - **SYNC drained**: the drain is done reading all words that it counted before the producer, which
//!   finds that it wrote no more than those, begins its chunk anew. The count is of all words ever, so no
//!   older one can be taken for it. The lap in the mark tells the drain; a lap is only begun when the one
//!   before was read to its end, so it never misses one.
//! - **SYNC stack** (and the pool's queue): the drain is done reading a chunk before another producer writes to it.
//! - **SYNC version**: who sees that the pool has changed finds what was given back, and `released` as it is then. So a
//!   producer that remembers what things were like when there was no room misses nothing that came after.
//! - **SYNC closed**: all that the thread committed before it went is visible to the drain that sees the
//!   ring closed; the drain looks at `closed` before it looks for records.
//! - `released` is only a count for the producer's share; it orders nothing, and is relaxed.

#[cfg(not(loom))]
mod ahead;
pub(crate) mod chunk;
mod consumer;
pub(crate) mod place;
pub(crate) mod pool;
mod producer;
pub(crate) mod record;
pub(crate) mod reference;
mod stack;
#[cfg(all(test, not(loom)))]
mod stress;

pub(crate) use consumer::Consumer;
pub(crate) use pool::Pool;
pub(crate) use producer::{Lost, Producer};

use chunk::Link;
use crossbeam_utils::CachePadded;

use crate::sync::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// What producer and drain share of a ring, besides the chunks.
#[derive(Debug)]
pub(crate) struct Ring {
    /// Stands for the link of a chunk before the first one.
    first: Link,
    closed: AtomicBool,
    /// Written by the drain, apart from what the producer writes.
    returned: CachePadded<Returned>,
}

#[derive(Debug)]
struct Returned {
    /// Words that the drain had read in all, when it last found no more.
    drained: AtomicU64,
    /// Chunks that went back, in all.
    released: AtomicU32,
}

impl Ring {
    pub(crate) fn new() -> Self {
        Ring {
            first: Link::new(),
            closed: AtomicBool::new(false),
            returned: CachePadded::new(Returned { drained: AtomicU64::new(0), released: AtomicU32::new(0) }),
        }
    }

    /// The thread is gone (SYNC closed).
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Whether the thread is gone: what it committed can be read now, and nothing will follow
    /// (SYNC closed).
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Tells how many words the drain has read in all, which is all there are (SYNC drained).
    fn set_drained(&self, words: u64) {
        self.returned.drained.store(words, Ordering::Release);
    }

    /// Words that the drain has read, when it last had read all there were (SYNC drained).
    #[inline]
    fn drained(&self) -> u64 {
        self.returned.drained.load(Ordering::Acquire)
    }
}
