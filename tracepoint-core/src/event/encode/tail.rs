//! What lies behind a struct: the contents of its texts, lists and structs, in the order of its fields.

use crate::ring::reference::Reference;

/// The most words that are ever written in one [piece](Tail::piece).
pub(crate) const PIECE_WORDS: usize = 512;

/// Where the tail of a record goes: behind the struct, or from chunk to chunk.
///
/// # Safety
///
/// All methods advance by exactly `words` words, each byte of which is written.
pub unsafe trait Tail {
    /// Appends `bytes` and zeros up to `words` words.
    ///
    /// # Safety
    ///
    /// There is room for `words` words, and `words * 8 >= bytes.len()`.
    #[doc(hidden)]
    unsafe fn append(&mut self, bytes: &[u8], words: usize);

    /// Appends what `fill` writes to contiguous memory.
    ///
    /// # Safety
    ///
    /// There is room for `words` words, which are not more than [`PIECE_WORDS`], and `fill` writes all of them.
    #[doc(hidden)]
    unsafe fn piece(&mut self, words: usize, fill: impl FnOnce(*mut u64));

    /// Keeps a reference to what belongs there, or appends a copy of it.
    ///
    /// # Safety
    ///
    /// As for [`append`](Self::append), if it keeps no references.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn refer(&mut self, reference: Reference) {
        // SAFETY: by the caller.
        unsafe { self.append(reference.bytes(), reference.words()) }
    }
}

/// The tail of a record that lies in one piece.
pub(crate) struct Contiguous {
    at: *mut u64,
}

impl Contiguous {
    /// # Safety
    ///
    /// `at` is valid for writes of as many words as will be appended.
    #[inline(always)]
    pub(crate) unsafe fn new(at: *mut u64) -> Self {
        Contiguous { at }
    }
}

// SAFETY: `copy_padded` writes exactly `words` words.
unsafe impl Tail for Contiguous {
    #[inline(always)]
    unsafe fn append(&mut self, bytes: &[u8], words: usize) {
        // SAFETY: the caller promises the room.
        unsafe {
            copy_padded(self.at, bytes, words);
            self.at = self.at.add(words);
        }
    }

    #[inline(always)]
    unsafe fn piece(&mut self, words: usize, fill: impl FnOnce(*mut u64)) {
        fill(self.at);
        // SAFETY: the caller promises the room.
        unsafe { self.at = self.at.add(words) }
    }
}

/// Copies `bytes` to `to` and fills up with zeros to `words` words.
///
/// # Safety
///
/// `to` is valid for writes of `words` words, and `words * 8 >= bytes.len()`.
#[inline(always)]
pub(crate) unsafe fn copy_padded(to: *mut u64, bytes: &[u8], words: usize) {
    let len = bytes.len();
    let from = bytes.as_ptr();
    // SAFETY: reads stay within `bytes`, writes within `words` words, which hold all of `bytes`.
    unsafe {
        if !(8..=16).contains(&len) {
            if words > 0 {
                // Also where a NUL falls into a word of its own.
                to.add(words - 1).write(0);
            }
            std::ptr::copy_nonoverlapping(from, to.cast::<u8>(), len);
        } else {
            // Most texts: two words that overlap, without a call.
            to.add(words - 1).write(0);
            let (first, last) = (from.cast::<u64>(), from.add(len - 8).cast::<u64>());
            let (first, last) = (first.read_unaligned(), last.read_unaligned());
            to.write(first);
            to.cast::<u8>().add(len - 8).cast::<u64>().write_unaligned(last);
        }
    }
}
