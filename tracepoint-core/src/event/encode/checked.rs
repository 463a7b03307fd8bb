//! A tail for values that may not be what they said they were.

use super::{PIECE_WORDS, Tail};
use crate::ring::reference::Reference;

/// A tail that takes no more words than there is room for, whatever is appended.
pub(crate) struct Checked<T> {
    tail: T,
    left: usize,
    exceeded: bool,
}

impl<T: Tail> Checked<T> {
    /// # Safety
    ///
    /// There is room for `words` words.
    pub(crate) unsafe fn new(tail: T, words: usize) -> Self {
        Checked { tail, left: words, exceeded: false }
    }

    /// Whether exactly as many words were appended as there was room for.
    pub(crate) fn is_exact(&self) -> bool {
        self.left == 0 && !self.exceeded
    }

    fn has_room(&mut self, words: usize) -> bool {
        match self.left.checked_sub(words) {
            Some(left) => self.left = left,
            None => self.exceeded = true,
        }
        !self.exceeded
    }
}

// SAFETY: as `tail`; what is too much is written nowhere.
unsafe impl<T: Tail> Tail for Checked<T> {
    unsafe fn append(&mut self, bytes: &[u8], words: usize) {
        if self.has_room(words) {
            // SAFETY: there is room, and the rest is the caller's promise.
            unsafe { self.tail.append(bytes, words) }
        }
    }

    unsafe fn piece(&mut self, words: usize, fill: impl FnOnce(*mut u64)) {
        if self.has_room(words) {
            // SAFETY: as above.
            unsafe { self.tail.piece(words, fill) }
        } else {
            fill([0; PIECE_WORDS].as_mut_ptr());
        }
    }

    unsafe fn refer(&mut self, reference: Reference) {
        // SAFETY: by the caller: a reference knows its words.
        unsafe { self.append(reference.bytes(), reference.words()) }
    }
}
