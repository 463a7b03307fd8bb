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

/// The most words of a [`Short`] tail.
pub(crate) const SHORT_WORDS: usize = 8;

/// The tail of a record that lies in one piece. If it `IS_SHORT`, what is copied is copied here and now, without a
/// call.
pub(crate) struct InOnePiece<const IS_SHORT: bool> {
    at: *mut u64,
}

/// A tail of any length.
pub(crate) type Contiguous = InOnePiece<false>;

/// A tail of at most [`SHORT_WORDS`].
pub(crate) type Short = InOnePiece<true>;

impl<const IS_SHORT: bool> InOnePiece<IS_SHORT> {
    /// # Safety
    ///
    /// `at` is valid for writes of as many words as will be appended, at most [`SHORT_WORDS`] if it is short.
    #[inline(always)]
    pub(crate) unsafe fn new(at: *mut u64) -> Self {
        InOnePiece { at }
    }
}

// SAFETY: both ways to copy write exactly `words` words.
unsafe impl<const IS_SHORT: bool> Tail for InOnePiece<IS_SHORT> {
    #[inline(always)]
    unsafe fn append(&mut self, bytes: &[u8], words: usize) {
        // SAFETY: the caller promises the room.
        unsafe {
            if IS_SHORT {
                copy_short(self.at, bytes, words);
            } else {
                copy_padded(self.at, bytes, words);
            }
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
/// `to` is valid for writes of `words` words, which are as many as `bytes` take, or one more.
#[inline(always)]
pub(crate) unsafe fn copy_padded(to: *mut u64, bytes: &[u8], words: usize) {
    // SAFETY: reads stay within `bytes`, writes within `words` words, which hold all of `bytes`.
    unsafe {
        if (8..16).contains(&bytes.len()) {
            // Most texts.
            return copy_two(to, bytes, words);
        }
        if words > 0 {
            // Also where a NUL falls into a word of its own.
            to.add(words - 1).write(0);
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), to.cast::<u8>(), bytes.len());
    }
}

/// The same for 8 to 15 bytes: one word, or two.
///
/// # Safety
///
/// As for [`copy_padded`].
#[inline(always)]
unsafe fn copy_two(to: *mut u64, bytes: &[u8], words: usize) {
    let (from, len) = (bytes.as_ptr(), bytes.len());
    // SAFETY: as in `copy_padded`.
    unsafe {
        let word = |at: usize| u64::from_le_bytes(from.add(at).cast::<[u8; 8]>().read());
        to.write(word(0).to_le());
        if words > 1 {
            // Eight zero bits, and as many as were in the first word already: at most 64 in all.
            to.add(1).write((word(len - 8) >> 8 >> ((15 - len) * 8)).to_le());
        }
    }
}

/// The same, without a call: in parts that overlap.
///
/// # Safety
///
/// As for [`copy_padded`], and there are at most [`SHORT_WORDS`].
#[inline(always)]
unsafe fn copy_short(to: *mut u64, bytes: &[u8], words: usize) {
    let (from, len) = (bytes.as_ptr(), bytes.len());
    // SAFETY: as in `copy_padded`. Below eight bytes, there is one word, or none.
    unsafe {
        if (8..16).contains(&len) {
            copy_two(to, bytes, words);
        } else if len < 8 {
            if words > 0 {
                to.write(below_a_word(from, len).to_le());
            }
        } else {
            to.add(words - 1).write(0);
            let to = to.cast::<u8>();
            copy::<16>(from, to, 0);
            if len > 32 {
                copy::<16>(from, to, 16);
                copy::<16>(from, to, len - 32);
            }
            copy::<16>(from, to, len - 16);
        }
    }
}

/// Copies `SIZE` bytes at an offset.
///
/// # Safety
///
/// They can be read there and written there.
#[inline(always)]
unsafe fn copy<const SIZE: usize>(from: *const u8, to: *mut u8, at: usize) {
    // SAFETY: by the caller.
    unsafe { to.add(at).cast::<[u8; SIZE]>().write(from.add(at).cast::<[u8; SIZE]>().read()) }
}

/// Less than eight bytes as the low ones of a word.
///
/// # Safety
///
/// `len` bytes can be read, and are less than eight.
#[inline(always)]
unsafe fn below_a_word(from: *const u8, len: usize) -> u64 {
    // SAFETY: by the caller.
    unsafe {
        if len >= 4 {
            let half = |at: usize| u64::from(u32::from_le_bytes(from.add(at).cast::<[u8; 4]>().read()));
            return half(0) | half(len - 4) << ((len - 4) * 8);
        }
        if len == 0 {
            return 0;
        }
        let byte = |at: usize| u64::from(from.add(at).read()) << (at * 8);
        byte(0) | byte(len / 2) | byte(len - 1)
    }
}
