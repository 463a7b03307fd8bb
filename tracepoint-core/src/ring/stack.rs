//! Free chunks, the one that came last on top: it is in some cache yet.

use super::chunk::{Chunk, ChunkId};
use crate::sync::{AtomicU32, AtomicU64, Ordering};

/// A lock-free stack of chunks, linked through the chunks themselves (Treiber's).
///
/// # Orderings
///
/// The top is replaced with `AcqRel`, and read with `Acquire`: whoever pops a chunk sees all that was done with it
/// before it was pushed, its link too (SYNC stack). A pop may read the link of a chunk that another thread has
/// popped meanwhile, and is using. What it read is then thrown away: each top is a new one, as a count of all
/// changes stands beside the chunk's id. It has 32 bits, so a pop would have to sleep through four thousand million
/// changes to be fooled.
#[derive(Debug)]
pub(super) struct Stack {
    /// Changes so far, and the chunk on top.
    top: AtomicU64,
    /// Chunks that were pushed, less those that were popped; only a count, so relaxed.
    len: AtomicU32,
}

impl Stack {
    pub(super) fn new() -> Self {
        Stack { top: AtomicU64::new(0), len: AtomicU32::new(0) }
    }

    /// Adds a chunk of a pool that nobody else has.
    pub(super) fn push(&self, id: ChunkId, chunk: &Chunk) {
        let mut top = self.top.load(Ordering::Acquire);
        loop {
            chunk.next().set_below(ChunkId::unpack(top as u32));
            match self.replace(top, Some(id)) {
                Ok(()) => break,
                Err(now) => top = now,
            }
        }
        self.len.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes the chunk that was added last; `chunk` tells where it lies.
    pub(super) fn pop<'p>(&self, chunk: impl Fn(ChunkId) -> &'p Chunk) -> Option<ChunkId> {
        let mut top = self.top.load(Ordering::Acquire);
        loop {
            let id = ChunkId::unpack(top as u32)?;
            match self.replace(top, chunk(id).next().below()) {
                Ok(()) => {
                    self.len.fetch_sub(1, Ordering::Relaxed);
                    return Some(id);
                }
                Err(now) => top = now,
            }
        }
    }

    /// Puts another chunk in the place of the top, if that is as it was.
    fn replace(&self, top: u64, id: Option<ChunkId>) -> Result<(), u64> {
        let change = (top >> 32).wrapping_add(1) << 32;
        let new = change | u64::from(ChunkId::pack(id));
        self.top.compare_exchange_weak(top, new, Ordering::AcqRel, Ordering::Acquire).map(drop)
    }

    /// How many there are, give or take those that are being pushed or popped.
    pub(super) fn len(&self) -> usize {
        // Below zero for a moment, if a chunk is counted as popped before it is as pushed.
        (self.len.load(Ordering::Relaxed) as i32).max(0) as usize
    }
}
