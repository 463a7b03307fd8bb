//! Where the next record goes.

use super::chunk::{CHUNK_WORDS, Chunk, Mark};
use crate::opaque::opaque;

/// The place behind the last record in a chunk.
///
/// How far the chunk is, is known by the chunk alone, so that nothing else need be written for a record.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p>(&'p Chunk);

impl<'p> Place<'p> {
    pub(crate) fn behind(chunk: &'p Chunk) -> Self {
        Place(chunk)
    }

    pub(crate) fn chunk(self) -> &'p Chunk {
        self.0
    }

    /// How far the chunk is.
    pub(crate) fn mark(self) -> Mark {
        self.0.mark()
    }

    /// Whether there is room for a record of `words` words.
    #[inline(always)]
    pub(crate) fn has_room(self, words: usize) -> bool {
        words <= CHUNK_WORDS && self.mark().words() + words <= CHUNK_WORDS
    }

    /// Room for a record of `words` words, if there is any. For the producer of the chunk alone.
    #[inline(always)]
    pub(crate) fn reserve(self, words: usize) -> Option<Room<'p>> {
        let chunk = self.0;
        let mark = chunk.mark();
        if words > CHUNK_WORDS || mark.words() + words > CHUNK_WORDS {
            return None;
        }
        chunk.touch(mark.words()..mark.words() + words);
        let start = opaque(chunk.word(mark.words())).cast_mut();
        #[cfg(not(loom))]
        super::ahead::ask(start, words);
        Some(Room { chunk, start, end: mark.plus(words) })
    }
}

/// Room for one record.
pub(crate) struct Room<'p> {
    chunk: &'p Chunk,
    start: *mut u64,
    end: Mark,
}

impl Room<'_> {
    /// The first of its words, all of which can be written.
    #[inline(always)]
    pub(crate) fn start(&self) -> *mut u64 {
        self.start
    }

    /// Publishes the record.
    ///
    /// # Safety
    ///
    /// All words are written.
    #[inline(always)]
    pub(crate) unsafe fn commit(self) {
        self.chunk.commit(self.end);
    }
}
