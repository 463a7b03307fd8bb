//! A chunk: 64 KiB of a ring, on loan from the pool.

use std::cell::UnsafeCell;

use crate::sync::{AtomicU32, Ordering};

/// Bytes of a chunk.
#[cfg(not(loom))]
pub(crate) const CHUNK_BYTES: usize = 64 * 1024;
#[cfg(loom)]
pub(crate) const CHUNK_BYTES: usize = HEADER_BYTES + 8 * 8;

const HEADER_BYTES: usize = 64;

/// Words of records in a chunk.
pub(crate) const CHUNK_WORDS: usize = (CHUNK_BYTES - HEADER_BYTES) / 8;

/// Names a chunk of the pool; the number is its index plus one, so that zero means none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChunkId(std::num::NonZeroU32);

impl ChunkId {
    pub(crate) fn from_index(index: usize) -> Self {
        ChunkId(std::num::NonZeroU32::MIN.saturating_add(index as u32))
    }

    pub(crate) fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// For an atomic: the id, or zero for none.
    pub(crate) fn pack(id: Option<Self>) -> u32 {
        id.map_or(0, |id| id.0.get())
    }

    pub(crate) fn unpack(bits: u32) -> Option<Self> {
        std::num::NonZeroU32::new(bits).map(ChunkId)
    }
}

/// A place in a chunk: how often the producer began it anew (16 bits, around the wrap), and a number of
/// words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark(u32);

impl Mark {
    const LAP: u32 = 1 << 16;

    #[inline(always)]
    pub(crate) const fn words(self) -> usize {
        (self.0 & (Self::LAP - 1)) as usize
    }

    pub(crate) const fn lap(self) -> u32 {
        self.0 / Self::LAP
    }

    /// Further on in the same lap. A chunk has fewer than 2^16 words.
    #[inline(always)]
    pub(crate) const fn plus(self, words: usize) -> Self {
        Mark(self.0 + words as u32)
    }

    /// The start of the next lap.
    pub(crate) const fn next_lap(self) -> Self {
        Mark((self.0 / Self::LAP).wrapping_add(1).wrapping_mul(Self::LAP))
    }
}

/// Chunks lie in one zeroed allocation; all zeros is a valid, empty chunk.
#[repr(C, align(64))]
pub(crate) struct Chunk {
    /// A [`Mark`]: how far whole records go. Written by the producer alone.
    committed: AtomicU32,
    /// The chunk that goes on after this one.
    next: Link,
    #[cfg(not(loom))]
    _header: [u8; HEADER_BYTES - size_of::<AtomicU32>() - size_of::<Link>()],
    words: [UnsafeCell<u64>; CHUNK_WORDS],
    #[cfg(loom)]
    shadow: [loom::cell::UnsafeCell<()>; CHUNK_WORDS],
}

// SAFETY: `words` below `committed` are read-only until the chunk is reset by its next owner; the others
// are written by the one producer only. Ownership goes from hand to hand through the pool or a
// link, each a Release/Acquire pair.
unsafe impl Sync for Chunk {}

impl Chunk {
    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Chunk {
            committed: AtomicU32::new(0),
            next: Link::new(),
            words: std::array::from_fn(|_| UnsafeCell::new(0)),
            shadow: std::array::from_fn(|_| loom::cell::UnsafeCell::new(())),
        }
    }

    /// Makes a chunk ready for its new owner, who publishes it with a link.
    pub(crate) fn reset(&self) {
        self.committed.store(0, Ordering::Relaxed);
        self.next.0.store(0, Ordering::Relaxed);
    }

    /// Where the word with an index lies.
    #[inline(always)]
    pub(crate) fn word(&self, index: usize) -> *mut u64 {
        self.words.as_ptr().cast::<u64>().cast_mut().wrapping_add(index)
    }

    /// Publishes what lies below a mark (SYNC committed).
    #[inline(always)]
    pub(crate) fn commit(&self, mark: Mark) {
        self.committed.store(mark.0, Ordering::Release);
    }

    /// How far whole records go, for the producer itself: it reads what it wrote.
    #[inline(always)]
    pub(crate) fn mark(&self) -> Mark {
        #[cfg(loom)]
        // SAFETY: nobody else writes it while the producer has the chunk, as loom checks.
        return Mark(unsafe { self.committed.unsync_load() });
        #[cfg(not(loom))]
        Mark(self.committed.load(Ordering::Relaxed))
    }

    /// How far can be read (SYNC committed).
    #[inline(always)]
    pub(crate) fn committed(&self) -> Mark {
        Mark(self.committed.load(Ordering::Acquire))
    }

    /// The link to the next chunk.
    #[inline(always)]
    pub(crate) fn next(&self) -> &Link {
        &self.next
    }

    /// The words of a range below a committed mark.
    ///
    /// # Safety
    ///
    /// The caller is the consumer of this chunk, and `range.end` is at most at the mark that `committed` returned.
    #[inline(always)]
    pub(crate) unsafe fn read(&self, range: std::ops::Range<usize>) -> &[u64] {
        #[cfg(loom)]
        for word in range.clone() {
            // SAFETY: loom checks that nobody writes.
            self.shadow[word].with(|_| ());
        }
        debug_assert!(range.end <= CHUNK_WORDS);
        // SAFETY: in bounds; committed words are not written any more, by the caller's promise.
        unsafe { std::slice::from_raw_parts(self.word(range.start), range.len()) }
    }

    /// Tells the model checker that a range is written.
    #[inline(always)]
    pub(crate) fn touch(&self, range: std::ops::Range<usize>) {
        #[cfg(loom)]
        for word in range.clone() {
            self.shadow[word].with_mut(|_| ());
        }
        let _ = range;
    }
}

/// A link to the next chunk of a ring: empty until the producer sets it, once.
#[repr(transparent)]
#[derive(Debug)]
pub(crate) struct Link(AtomicU32);

impl Link {
    pub(crate) fn new() -> Self {
        Link(AtomicU32::new(0))
    }

    /// Hands over a chunk, and with it everything written to it and to those linked behind it
    /// (SYNC link).
    pub(crate) fn set(&self, chunk: ChunkId) {
        self.0.store(ChunkId::pack(Some(chunk)), Ordering::Release);
    }

    /// In the stack of free chunks: the one below (SYNC stack).
    pub(super) fn below(&self) -> Option<ChunkId> {
        ChunkId::unpack(self.0.load(Ordering::Relaxed))
    }

    /// In the stack of free chunks: puts this one on another (SYNC stack).
    pub(super) fn set_below(&self, chunk: Option<ChunkId>) {
        self.0.store(ChunkId::pack(chunk), Ordering::Relaxed);
    }

    /// The next chunk, if there is one (SYNC link).
    pub(crate) fn get(&self) -> Option<ChunkId> {
        ChunkId::unpack(self.0.load(Ordering::Acquire))
    }
}
