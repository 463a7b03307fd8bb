//! The side of the traced thread.

use std::sync::Arc;

use super::chunk::{CHUNK_WORDS, Chunk, ChunkId, Link, Mark};
use super::{Pool, Ring};
use crate::event::{PIECE_WORDS, Tail, copy_padded};
#[cfg(not(loom))]
use crate::pool::wait;
use crate::sync::Ordering;

/// The models never wait.
#[cfg(loom)]
fn wait<R>(_: impl FnMut() -> Option<R>) -> Option<R> {
    None
}

/// Why a record could not be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    /// No chunk is free, or the ring holds its share.
    RingFull,
    /// Larger than the limit for one event.
    TooLarge,
}

/// Appends records to a ring. Belongs to one thread.
pub(crate) struct Producer<'p> {
    ring: Arc<Ring>,
    pool: &'p Pool,
    /// The chunk that is written, and how far it is: without a chunk, as far as if it were full.
    chunk: Option<&'p Chunk>,
    id: Option<ChunkId>,
    mark: Mark,
    /// Words written in all, before the current lap of the current chunk.
    before: u64,
    /// Chunks taken, in all.
    taken: u32,
    /// Chunks that this ring may hold at once.
    share: u32,
}

impl<'p> Producer<'p> {
    /// A producer that has a chunk already, if one is free.
    pub(crate) fn new(ring: Arc<Ring>, pool: &'p Pool, share: u32) -> Self {
        let mut producer = Producer {
            ring,
            pool,
            chunk: None,
            id: None,
            mark: Mark::FULL,
            // No words were written: these and those of the mark.
            before: (CHUNK_WORDS as u64).wrapping_neg(),
            taken: 0,
            share,
        };
        let _ = producer.next_chunk();
        producer
    }

    /// Appends a record of `words` words, which `fill` writes from its start.
    ///
    /// # Safety
    ///
    /// `words` is not zero. `fill` writes as many words at the pointer, unless it fails or panics; then
    /// nothing is appended.
    #[inline(always)]
    pub(crate) unsafe fn append(
        &mut self,
        words: usize,
        fill: impl FnOnce(*mut u64) -> Result<(), Lost>,
    ) -> Result<(), Lost> {
        if !self.has_room(words) {
            self.make_room(words)?;
        }
        // SAFETY: where there is no chunk, there is no room, and no record is of no words.
        let chunk = unsafe { self.chunk.unwrap_unchecked() };
        let used = self.mark.words();
        chunk.touch(used..used + words);
        fill(chunk.word(used))?;
        self.mark = self.mark.plus(words);
        chunk.commit(self.mark);
        Ok(())
    }

    /// Whether the chunk at hand has room for `words` words.
    #[inline(always)]
    pub(crate) fn has_room(&self, words: usize) -> bool {
        words <= CHUNK_WORDS - self.mark.words()
    }

    /// Whether a record of `words` words must go over several chunks.
    #[inline(always)]
    pub(crate) fn spans(words: usize) -> bool {
        words > CHUNK_WORDS
    }

    #[cold]
    #[inline(never)]
    fn make_room(&mut self, words: usize) -> Result<(), Lost> {
        debug_assert!(!Self::spans(words));
        let mut make = || self.begin_anew().or_else(|| self.next_chunk());
        make().or_else(|| wait(make)).ok_or(Lost::RingFull)
    }

    /// Begins the chunk anew, if the drain has read all of it.
    fn begin_anew(&mut self) -> Option<()> {
        let id = self.id.filter(|_| self.ring.is_drained(self.written()))?;
        self.go_on(id, self.mark.next_lap(), self.written());
        Some(())
    }

    /// Goes on to an empty chunk.
    fn next_chunk(&mut self) -> Option<()> {
        let id = self.take()?;
        self.link().set(id);
        self.go_on(id, Mark::default(), self.written());
        Some(())
    }

    /// Words written in all.
    fn written(&self) -> u64 {
        self.before.wrapping_add(self.mark.words() as u64)
    }

    /// Writes to a chunk from a mark on; `before` words were written before this chunk, or this lap of it.
    fn go_on(&mut self, id: ChunkId, mark: Mark, before: u64) {
        self.chunk = Some(self.pool.chunk(id));
        self.id = Some(id);
        self.mark = mark;
        self.before = before;
    }

    /// Where the next chunk is to be linked.
    fn link(&self) -> &Link {
        self.chunk.map_or(&self.ring.first, Chunk::next)
    }

    /// Takes an empty chunk of the pool, within our share.
    fn take(&mut self) -> Option<ChunkId> {
        if self.held() >= self.share {
            return None;
        }
        let id = self.pool.take()?;
        self.taken = self.taken.wrapping_add(1);
        #[cfg(not(loom))]
        crate::pool::taken(self.pool, self.held(), self.share);
        Some(id)
    }

    /// Chunks that this ring holds.
    pub(crate) fn held(&self) -> u32 {
        self.taken.wrapping_sub(self.ring.returned.released.load(Ordering::Relaxed))
    }

    /// Appends a record that is larger than a chunk. All chunks that it needs are taken first, and the
    /// drain sees either the whole record or nothing of it.
    ///
    /// # Safety
    ///
    /// `fill` appends `words` words to the tail, unless it fails or panics; then nothing is appended.
    #[cold]
    pub(crate) unsafe fn append_spanning(
        &mut self,
        words: usize,
        fill: impl FnOnce(&mut Spanning<'_>) -> Result<(), Lost>,
    ) -> Result<(), Lost> {
        let count = words.div_ceil(CHUNK_WORDS);
        let first = self.take_chain(count)?;
        let chain = Chain { producer: self, first };
        let pool = chain.producer.pool;
        let mut spanning = Spanning { pool, id: first, chunk: pool.chunk(first), used: 0 };
        fill(&mut spanning)?;
        std::mem::forget(chain);
        debug_assert_eq!((count - 1) * CHUNK_WORDS + spanning.used, words);
        let Spanning { id: last, chunk, used, .. } = spanning;
        let mark = Mark::default().plus(used);
        chunk.commit(mark);
        // Only now: the link publishes the chain as a whole.
        self.link().set(first);
        self.go_on(last, mark, self.written().wrapping_add((words - used) as u64));
        Ok(())
    }

    /// Takes `count` chunks and links them to each other.
    fn take_chain(&mut self, count: usize) -> Result<ChunkId, Lost> {
        if count > self.share as usize {
            return Err(Lost::TooLarge);
        }
        let mut first = None;
        for _ in 0..count {
            let Some(id) = self.take().or_else(|| wait(|| self.take())) else {
                self.give_chain(first);
                return Err(Lost::RingFull);
            };
            // From the end to the start, so that the ids need no list.
            if let Some(next) = first {
                self.pool.chunk(id).next().set(next);
            }
            first = Some(id);
        }
        first.ok_or(Lost::TooLarge)
    }

    /// Gives back chunks that were taken in vain.
    fn give_chain(&mut self, mut chain: Option<ChunkId>) {
        while let Some(id) = chain {
            chain = self.pool.chunk(id).next().get();
            self.pool.give(id);
            self.taken = self.taken.wrapping_sub(1);
        }
    }
}

/// Chunks that are given back unless they become part of the ring.
struct Chain<'a, 'p> {
    producer: &'a mut Producer<'p>,
    first: ChunkId,
}

impl Drop for Chain<'_, '_> {
    fn drop(&mut self) {
        self.producer.give_chain(Some(self.first));
    }
}

impl Drop for Producer<'_> {
    fn drop(&mut self) {
        self.ring.close();
    }
}

/// The tail of a record that goes from chunk to chunk.
pub(crate) struct Spanning<'p> {
    pool: &'p Pool,
    id: ChunkId,
    chunk: &'p Chunk,
    used: usize,
}

impl Spanning<'_> {
    /// Where the start of the record is to be written: `words` contiguous words.
    ///
    /// # Panics
    ///
    /// Never, if the fixed part of an event is smaller than a chunk, which the derive asserts.
    pub(crate) fn start(&mut self, words: usize) -> *mut u64 {
        assert!(self.used == 0 && words <= CHUNK_WORDS);
        self.chunk.touch(0..words);
        self.used = words;
        self.chunk.word(0)
    }

    /// Goes on in the next chunk of the chain when this one is full.
    fn advance(&mut self) {
        if self.used < CHUNK_WORDS {
            return;
        }
        self.chunk.commit(Mark::default().plus(CHUNK_WORDS));
        if let Some(next) = self.chunk.next().get() {
            self.id = next;
            self.chunk = self.pool.chunk(next);
            self.used = 0;
        }
    }
}

// SAFETY: goes on by whole words, and `copy_padded` writes each of them.
unsafe impl Tail for &mut Spanning<'_> {
    unsafe fn append(&mut self, mut bytes: &[u8], mut words: usize) {
        while words > 0 {
            self.advance();
            let part = words.min(CHUNK_WORDS - self.used);
            let (now, later) = bytes.split_at(bytes.len().min(part * 8));
            self.chunk.touch(self.used..self.used + part);
            // SAFETY: `part` words are left in the chunk, and they hold `now`. Words behind the bytes
            // (at most one: the NUL) are zeroed too.
            unsafe { copy_padded(self.chunk.word(self.used), now, part) };
            self.used += part;
            words -= part;
            bytes = later;
        }
    }

    unsafe fn piece(&mut self, words: usize, fill: impl FnOnce(*mut u64)) {
        self.advance();
        if words <= CHUNK_WORDS - self.used {
            self.chunk.touch(self.used..self.used + words);
            fill(self.chunk.word(self.used));
            self.used += words;
            return;
        }
        let mut piece = [0u64; PIECE_WORDS];
        fill(piece.as_mut_ptr());
        // SAFETY: all words are initialised, and the caller promises the room.
        unsafe {
            let bytes = std::slice::from_raw_parts(piece.as_ptr().cast(), words * 8);
            self.append(bytes, words);
        }
    }
}
