//! The side of the drain.

use std::sync::Arc;

use super::chunk::{CHUNK_WORDS, Chunk, ChunkId, Mark};
use super::record::{HEADER_WORDS, Header};
use super::reference::{REFERENCE_WORDS, Reference};
use super::{Pool, Ring};
use crate::sync::Ordering;

/// Reads the records of a ring in order. There is one for each ring, under the drain lock.
pub(crate) struct Consumer<'p> {
    ring: Arc<Ring>,
    pool: &'p Pool,
    chunk: Option<(ChunkId, &'p Chunk)>,
    /// Words of the chunk that were read, in this lap.
    read: usize,
    /// Up to where it may be read: what `committed` said last.
    committed: Mark,
    /// Words read in all.
    words: u64,
}

impl<'p> Consumer<'p> {
    pub(crate) fn new(ring: Arc<Ring>, pool: &'p Pool) -> Self {
        Consumer { ring, pool, chunk: None, read: 0, committed: Mark::default(), words: 0 }
    }

    /// The header of the next record, if there is one.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<Header> {
        if self.read == self.committed.words() && !self.refill() {
            return None;
        }
        let (_, chunk) = self.chunk?;
        // SAFETY: committed; a record starts with its header in one piece.
        let header = unsafe { chunk.read(self.read..self.read + HEADER_WORDS) };
        header.first_chunk().map(Header::read)
    }

    /// Looks for more committed words, in the chunk at hand or the next one.
    #[cold]
    fn refill(&mut self) -> bool {
        loop {
            let next = match self.chunk {
                // The order matters: what is committed after `next` was seen is final.
                Some((_, chunk)) => {
                    let next = chunk.next().get();
                    let committed = chunk.committed();
                    if committed.lap() != self.committed.lap() {
                        self.read = 0;
                    }
                    self.committed = committed;
                    if self.read < committed.words() {
                        return true;
                    }
                    if next.is_none() {
                        // The producer may begin the chunk anew.
                        self.ring.set_drained(self.words);
                    }
                    next
                }
                None => self.ring.first.get(),
            };
            let Some(next) = next else { return false };
            self.advance(next);
        }
    }

    /// Leaves the chunk at hand for the next one.
    fn advance(&mut self, next: ChunkId) {
        if let Some((id, _)) = self.chunk.replace((next, self.pool.chunk(next))) {
            self.give(id);
        }
        self.read = 0;
        self.committed = Mark::default();
    }

    fn give(&self, id: ChunkId) {
        // First, so that a producer that sees the pool change sees this too: see `Producer::signs`.
        let released = &self.ring.returned.released;
        released.store(released.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        self.pool.give(id);
    }

    /// Takes the record that `peek` showed, if it is in one piece; `read` gets its payload.
    #[inline]
    pub(crate) fn consume(&mut self, header: Header, read: impl FnOnce(&[u64])) {
        let Some((_, chunk)) = self.chunk else { return };
        debug_assert!(!header.is_unusual());
        let (payload, end) = (self.read + HEADER_WORDS, self.read + header.words);
        // SAFETY: committed as a whole.
        read(unsafe { chunk.read(payload..end) });
        self.words += header.words as u64;
        self.read = end;
    }

    /// Takes the record that `peek` showed, whatever it is like; `read` gets what lies behind its first `skip`
    /// words, piece by piece.
    #[cold]
    pub(crate) fn consume_parts(&mut self, header: Header, mut skip: usize, mut read: impl FnMut(&[u64])) {
        self.words += header.words as u64;
        if !header.is_spanning() {
            let Some((_, chunk)) = self.chunk else { return };
            let end = self.read + header.words;
            // SAFETY: committed as a whole.
            read(unsafe { chunk.read(self.read + skip..end) });
            self.read = end;
            return;
        }
        let mut left = header.words;
        while let Some((_, chunk)) = self.chunk {
            self.committed = chunk.committed();
            let part = left.min(CHUNK_WORDS);
            // SAFETY: the chain was published as a whole.
            read(unsafe { chunk.read(skip..part) });
            skip = 0;
            left -= part;
            self.read = part;
            if left == 0 {
                return;
            }
            let Some(next) = chunk.next().get() else { return };
            self.advance(next);
        }
    }

    /// Moves the references of the record that `peek` showed out of it.
    ///
    /// # Safety
    ///
    /// The record has references, and is consumed before it is looked at again.
    pub(crate) unsafe fn take_references(&mut self, mut take: impl FnMut(Reference)) {
        let Some((_, chunk)) = self.chunk else { return };
        let mut at = self.read + HEADER_WORDS;
        loop {
            // SAFETY: committed as a whole, in one piece with the header; only the consumer of the record
            // moves it out.
            let reference =
                unsafe { chunk.read(at..at + REFERENCE_WORDS).as_ptr().cast::<Reference>().read() };
            let is_last = reference.behind == 0;
            take(reference);
            if is_last {
                return;
            }
            at += REFERENCE_WORDS;
        }
    }

    /// Whether the thread is gone. Only what `peek` shows *after* this said yes is all there is.
    pub(crate) fn is_closed(&self) -> bool {
        self.ring.is_closed()
    }

    /// Gives all chunks of a closed and drained ring back.
    pub(crate) fn retire(mut self) {
        debug_assert!(self.is_closed());
        if let Some((id, _)) = self.chunk.take() {
            self.give(id);
        }
    }
}
