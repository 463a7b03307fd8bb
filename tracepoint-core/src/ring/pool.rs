//! The pool of chunks that all rings share: the one bound of their memory.

use std::alloc::Layout;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::chunk::{CHUNK_WORDS, Chunk, ChunkId};
use super::stack::Stack;
use crate::pages;
use crate::sync::ArrayQueue;

/// No version: changes begin at zero.
const NEVER: u64 = u64::MAX;

/// A fixed number of chunks in one allocation.
///
/// The memory is reserved as a whole, so that a probe never allocates, but the system gives pages only
/// when they are touched: chunks that were used before go first, and of them the one that was used last. So threads
/// write to as little memory as they can do with, whatever a flood once took.
pub(crate) struct Pool {
    /// The allocation, and the first chunk in it.
    memory: *mut u8,
    chunks: *mut Chunk,
    count: usize,
    /// Given back; their pages are resident.
    warm: Stack,
    /// Never used, or trimmed.
    cold: ArrayQueue<ChunkId>,
    /// Counts whatever is given back, or comes to `cold` (SYNC version).
    version: AtomicU64,
    /// What the version was when nothing was left in `cold`, so that threads that flood need not look again and again.
    exhausted: AtomicU64,
}

// SAFETY: `chunks` is an allocation that the pool owns; `Chunk` is Sync.
unsafe impl Send for Pool {}
// SAFETY: as above.
unsafe impl Sync for Pool {}

impl Pool {
    /// Reserves `count` chunks.
    pub(crate) fn new(count: usize) -> Self {
        let count = count.max(1);
        let memory = Self::allocate(count);
        // SAFETY: there is room for that, see `layout`.
        let chunks = unsafe { memory.add(memory.align_offset(pages::SIZE)).cast::<Chunk>() };
        #[cfg(loom)]
        for index in 0..count {
            // SAFETY: within the allocation; written before anybody sees it.
            unsafe { chunks.add(index).write(Chunk::new()) };
        }
        let pool = Pool {
            memory,
            chunks,
            count,
            warm: Stack::new(),
            cold: ArrayQueue::new(count),
            version: AtomicU64::new(0),
            exhausted: AtomicU64::new(NEVER),
        };
        for index in 0..count {
            let _ = pool.cold.push(ChunkId::from_index(index));
        }
        pool
    }

    /// Room for the chunks, wherever the first page begins. Not aligned to pages itself: the system's
    /// allocator has zeroed memory that nobody touched yet, but only in the alignment of `malloc`.
    fn layout(count: usize) -> Layout {
        Layout::array::<Chunk>(count)
            .and_then(|chunks| Layout::from_size_align(chunks.size() + pages::SIZE, align_of::<u64>()))
            .expect("the pool is larger than the address space")
    }

    /// All zeros is a valid chunk.
    fn allocate(count: usize) -> *mut u8 {
        let layout = Self::layout(count);
        // SAFETY: the size is not zero.
        let memory = unsafe { std::alloc::alloc_zeroed(layout) };
        if memory.is_null() {
            std::alloc::handle_alloc_error(layout);
        }
        memory
    }

    pub(crate) fn chunk(&self, id: ChunkId) -> &Chunk {
        debug_assert!(id.index() < self.count);
        // SAFETY: ids are made by `new` alone, below `count`.
        unsafe { &*self.chunks.add(id.index()) }
    }

    /// A chunk, ready to be written; none when all are in use.
    pub(crate) fn take(&self) -> Option<ChunkId> {
        let id = self.pop_warm().or_else(|| self.pop_cold())?;
        self.chunk(id).reset();
        Some(id)
    }

    /// Changes with all that is given back.
    #[inline]
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Acquire)
    }

    /// What was found wanting may be there now.
    fn change(&self) {
        self.version.fetch_add(1, Release);
    }

    /// Takes a chunk back.
    pub(crate) fn give(&self, id: ChunkId) {
        self.warm.push(id, self.chunk(id));
        self.change();
    }

    fn pop_cold(&self) -> Option<ChunkId> {
        let exhausted = self.exhausted.load(Relaxed);
        if exhausted != NEVER && exhausted == self.version() {
            return None;
        }
        self.cold.pop().or_else(|| {
            // Before the last look.
            let version = self.version();
            let id = self.cold.pop();
            if id.is_none() {
                self.exhausted.store(version, Relaxed);
            }
            id
        })
    }

    fn pop_warm(&self) -> Option<ChunkId> {
        self.warm.pop(|id| self.chunk(id))
    }

    /// Touches the pages of some chunks, so that the first burst of events does not pay for them.
    pub(crate) fn warm_up(&self, count: usize) {
        for id in std::iter::from_fn(|| self.cold.pop()).take(count.saturating_sub(self.warm.len())) {
            // SAFETY: nobody else has the chunk, and it may lose its content: `take` resets the header.
            unsafe { pages::touch(self.chunk(id).word(0).cast(), CHUNK_WORDS * 8) };
            self.give(id);
        }
    }

    /// Gives the memory of unused chunks back to the system.
    pub(crate) fn trim(&self) {
        while let Some(id) = self.pop_warm() {
            let chunk: *const Chunk = self.chunk(id);
            // SAFETY: nobody else has the chunk, and it may lose its content: `take` resets the header.
            unsafe { pages::discard(chunk.cast_mut().cast(), size_of::<Chunk>()) };
            let _ = self.cold.push(id);
        }
        // Who found nothing in between, looks again.
        self.change();
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Chunks that nobody has.
    pub(crate) fn free(&self) -> usize {
        self.warm.len() + self.cold.len()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout; rings borrow the pool, so none is left.
        unsafe {
            #[cfg(loom)]
            std::ptr::drop_in_place(std::ptr::slice_from_raw_parts_mut(self.chunks, self.count));
            std::alloc::dealloc(self.memory, Self::layout(self.count));
        }
    }
}
