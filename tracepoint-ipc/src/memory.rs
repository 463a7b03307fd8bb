//! The memory of messages that come in, used again. A batch keeps that of its message: its events are read from
//! where the system has put them.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use capnp::Word;

/// Messages whose memory is kept: batches that are received, that wait for the reader, and that it reads.
const KEPT: usize = 8;

/// Memory of messages that are much smaller or larger than a batch is not kept. It was doubled until it was large enough.
const KEPT_WORDS: Range<usize> = 512..(128 << 10) + 1;

/// Memory of messages that are gone.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<Vec<Vec<Word>>>);

impl Memory {
    fn spare(&self) -> MutexGuard<'_, Vec<Vec<Word>>> {
        // Nothing is left half done in there.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Memory for a message; there may be the content of an older one in it.
    pub(crate) fn take(self: &Arc<Self>) -> Block {
        Block { words: self.spare().pop().unwrap_or_default(), memory: Some(self.clone()) }
    }

    /// So many bytes that `fill` has filled in.
    pub(crate) fn fill<E>(
        self: &Arc<Self>,
        len: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<Bytes, E> {
        let mut block = self.take();
        fill(&mut Word::words_to_bytes_mut(block.grow(len.div_ceil(8)))[..len])?;
        Ok(Bytes { block: Arc::new(block), range: 0..len })
    }

    fn give(&self, words: Vec<Word>) {
        let mut spare = self.spare();
        if KEPT_WORDS.contains(&words.capacity()) && spare.len() < KEPT {
            spare.push(words);
        }
    }
}

/// The memory of one message.
#[derive(Default)]
pub(crate) struct Block {
    words: Vec<Word>,
    /// Where it goes.
    memory: Option<Arc<Memory>>,
}

impl Block {
    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    /// At least so many words.
    pub(crate) fn grow(&mut self, words: usize) -> &mut [Word] {
        if self.words.len() < words {
            self.words.resize(words, capnp::word(0, 0, 0, 0, 0, 0, 0, 0));
        }
        &mut self.words
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Some(memory) = &self.memory {
            memory.give(std::mem::take(&mut self.words));
        }
    }
}

/// Some bytes of a message, which keep its memory.
#[derive(Clone)]
pub(crate) struct Bytes {
    block: Arc<Block>,
    range: Range<usize>,
}

impl Bytes {
    /// These bytes, if they are some of this message.
    pub(crate) fn of(block: &Arc<Block>, bytes: &[u8]) -> Option<Self> {
        let whole = Word::words_to_bytes(&block.words).as_ptr_range();
        let part = bytes.as_ptr_range();
        if part.start < whole.start || part.end > whole.end {
            return None;
        }
        let start = part.start.addr() - whole.start.addr();
        Some(Self { block: block.clone(), range: start..start + bytes.len() })
    }

    /// Keeps the first bytes only.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.range.end = self.range.end.min(self.range.start + len);
    }

    /// Moves some bytes towards the beginning, as long as nobody else has them.
    pub(crate) fn move_down(&mut self, from: Range<usize>, to: usize) {
        let start = self.range.start;
        let Some(block) = Arc::get_mut(&mut self.block) else {
            return debug_assert!(false, "shared already");
        };
        let bytes = Word::words_to_bytes_mut(&mut block.words);
        bytes.copy_within(start + from.start..start + from.end, start + to);
    }

    /// A copy, in no more memory than it needs.
    pub(crate) fn copy(bytes: &[u8]) -> Self {
        let mut block = Block::default();
        let words = block.grow(bytes.len().div_ceil(8));
        Word::words_to_bytes_mut(words)[..bytes.len()].copy_from_slice(bytes);
        Self { block: Arc::new(block), range: 0..bytes.len() }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        &Word::words_to_bytes(&self.block.words)[self.range.clone()]
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_a_message_outlive_it_and_give_its_memory_back_in_the_end() {
        let memory = Arc::<Memory>::default();
        let mut block = memory.take();
        Word::words_to_bytes_mut(block.grow(1_000))[8..12].copy_from_slice(b"here");
        let block = Arc::new(block);
        let bytes = Bytes::of(&block, &Word::words_to_bytes(block.words())[8..12]).unwrap();
        drop(block);
        assert_eq!(&*bytes, b"here");
        assert!(memory.spare().is_empty());
        let copy = bytes.clone();
        drop(bytes);
        assert_eq!(&*copy, b"here");
        drop(copy);
        assert_eq!(memory.spare().len(), 1);
        assert_eq!(memory.take().words().len(), 1_000);
    }

    #[test]
    fn bytes_from_elsewhere_are_no_part_of_a_message() {
        let mut block = Block::default();
        block.grow(4);
        let block = Arc::new(block);
        assert!(Bytes::of(&block, b"elsewhere").is_none());
        let beyond = Word::words_to_bytes(block.words()).as_ptr_range().end;
        assert!(Bytes::of(&block, &[beyond as u8]).is_none());
        assert_eq!(&*Bytes::copy(b"elsewhere"), b"elsewhere");
        assert!(Bytes::copy(b"").is_empty());
    }

    #[test]
    fn memory_of_unusual_size_is_not_kept() {
        let memory = Arc::<Memory>::default();
        for words in [1, KEPT_WORDS.end] {
            memory.take().grow(words);
            assert!(memory.spare().is_empty());
        }
        let blocks: Vec<_> = (0..KEPT + 1).map(|_| memory.take()).collect();
        for mut block in blocks {
            block.grow(1_000);
        }
        assert_eq!(memory.spare().len(), KEPT);
    }
}
