//! The side of the traced thread.

use std::sync::Arc;

use super::chunk::{CHUNK_WORDS, Chunk, ChunkId, Link, Mark};
use super::place::{Place, Room};
use super::{Pool, Ring};
use crate::event::{PIECE_WORDS, Tail, copy_padded};
#[cfg(not(loom))]
use crate::pool::{may_wait, wait};
use crate::sync::Ordering;

/// The models never wait.
#[cfg(loom)]
fn wait<R>(_: impl FnMut() -> Option<R>) -> Option<R> {
    None
}
/// Nor do they remember that there was no room: see [`Producer::signs`] for why that loses nothing.
#[cfg(loom)]
fn may_wait() -> bool {
    true
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
    /// In the last chunk of the ring, if it has any.
    place: Option<Place<'p>>,
    /// Words written in all, before the current lap of the current chunk.
    before: u64,
    /// Chunks taken, in all.
    taken: u32,
    /// Chunks that this ring may hold at once.
    share: u32,
    /// What the drain and the pool said when no room could be made, if there is no waiting for it.
    stuck: Option<(u64, u64)>,
}

impl<'p> Producer<'p> {
    /// A producer that has a chunk already, if one is free.
    pub(crate) fn new(ring: Arc<Ring>, pool: &'p Pool, share: u32) -> Self {
        let mut producer = Producer { ring, pool, place: None, before: 0, taken: 0, share, stuck: None };
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
        let room = match self.place.and_then(|place| place.reserve(words)) {
            Some(room) => room,
            None => self.make_room(words)?,
        };
        fill(room.start())?;
        // SAFETY: `fill` has written all words.
        unsafe { room.commit() };
        Ok(())
    }

    /// Where the next record goes, unless it needs a first chunk.
    #[inline]
    pub(crate) fn place(&self) -> Option<Place<'p>> {
        self.place
    }

    /// Whether a record of `words` words must go over several chunks.
    #[inline(always)]
    pub(crate) fn spans(words: usize) -> bool {
        words > CHUNK_WORDS
    }

    #[cold]
    #[inline(never)]
    fn make_room(&mut self, words: usize) -> Result<Room<'p>, Lost> {
        debug_assert!(!Self::spans(words));
        let mut make = || {
            self.next_chunk().or_else(|| self.begin_anew())?;
            self.place?.reserve(words)
        };
        match make().or_else(|| wait(make)) {
            Some(room) => Ok(room),
            None => self.make_room_or_be_stuck(words),
        }
    }

    /// Makes room for a record of `words` words after all, or remembers what things were like.
    fn make_room_or_be_stuck(&mut self, words: usize) -> Result<Room<'p>, Lost> {
        if may_wait() {
            return Err(Lost::RingFull);
        }
        // Before the last try, so that it had seen what changed before that.
        let signs = self.signs();
        let made = self.next_chunk().or_else(|| self.begin_anew());
        self.stuck = made.is_none().then_some(signs);
        made.and(self.place).and_then(|place| place.reserve(words)).ok_or(Lost::RingFull)
    }

    /// Whether there is no room for a record of `words` words, and nothing has changed since none could be made.
    #[inline]
    pub(crate) fn is_stuck(&self, words: usize) -> bool {
        self.stuck.is_some_and(|then| then == self.signs())
            && !Self::spans(words)
            && self.place.is_none_or(|place| !place.has_room(words))
    }

    /// What changes whenever room could be made again (SYNC drained, SYNC version). Both only grow, and are read before
    /// the last try: what came before, that has seen; what comes after, they show.
    #[inline]
    fn signs(&self) -> (u64, u64) {
        (self.ring.drained(), self.pool.version())
    }

    /// Begins the chunk anew, if the drain has read all of it.
    fn begin_anew(&mut self) -> Option<()> {
        let chunk = self.place.filter(|_| self.ring.drained() == self.written())?.chunk();
        self.before = self.written();
        chunk.commit(chunk.mark().next_lap());
        Some(())
    }

    /// Goes on to an empty chunk.
    fn next_chunk(&mut self) -> Option<()> {
        let id = self.take()?;
        self.go_on(id, id, 0);
        Some(())
    }

    /// Words written in all.
    fn written(&self) -> u64 {
        self.before.wrapping_add(self.place.map_or(0, |place| place.mark().words()) as u64)
    }

    /// Links a chain of chunks, and goes on in its last one; the others hold `full` words.
    fn go_on(&mut self, first: ChunkId, last: ChunkId, full: usize) {
        // While the chunk is ours: behind the link, somebody else's may be what it says.
        self.before = self.written().wrapping_add(full as u64);
        self.link().set(first);
        self.place = Some(Place::behind(self.pool.chunk(last)));
    }

    /// Where the next chunk is to be linked.
    fn link(&self) -> &Link {
        self.place.map_or(&self.ring.first, |place| place.chunk().next())
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
        chunk.commit(Mark::default().plus(used));
        // Only now: the link publishes the chain as a whole.
        self.go_on(first, last, words - used);
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
