//! A record: a header of three words and the payload, a Cap'n Proto struct in its final form.
//!
//! ```text
//!   63              32 31               0
//!  ┌──────────────────┬─────────────────┐
//!  │    tracepoint    │  words in all   │
//!  ├──────────────────┴─────────────────┤
//!  │             raw clock              │
//!  ├──────────────────┬─────────────────┤
//!  │    generation    │  mask of slots  │
//!  ├──────────────────┴─────────────────┤
//!  │             payload ..             │
//! ```
//!
//! The top bit of the words says that [references](super::reference) lie in front of the payload, so that one
//! comparison tells the usual records, in one piece and with all that they have, from others.

use super::chunk::CHUNK_WORDS;
use crate::gate::Stamp;

/// Words before the payload.
pub(crate) const HEADER_WORDS: usize = 3;

/// The largest record, in words (64 MiB); settings stay below it.
pub(crate) const MAX_WORDS: usize = (1 << 23) - 1;

/// Added to the words of a record: it refers to bytes outside of it.
const REFERS: usize = MAX_WORDS + 1;

/// What is known of an event besides its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// Header and payload, and maybe [`REFERS`].
    pub(crate) words: usize,
    /// Registry index.
    pub(crate) tracepoint: u32,
    pub(crate) generation: Stamp,
    /// Ticks of the raw clock.
    pub(crate) clock: u64,
    /// Subscriptions that want it.
    pub(crate) mask: u32,
}

/// The header in memory, where no one but this process sees it.
#[repr(C)]
struct Packed {
    /// Words in all, and above them the tracepoint.
    what: u64,
    clock: u64,
    /// The mask, and above it the generation.
    whose: u64,
}

const _: () = assert!(size_of::<Packed>() == HEADER_WORDS * 8);

impl Header {
    /// Says that references lie in front of the payload.
    #[inline(always)]
    pub(crate) fn referring(self) -> Self {
        Header { words: self.words | REFERS, ..self }
    }

    /// Whether it goes over several chunks or has references.
    #[inline(always)]
    pub(crate) fn is_unusual(self) -> bool {
        self.words > CHUNK_WORDS
    }

    /// Whether references lie in front of the payload, and the header as if there were none.
    pub(crate) fn refers(self) -> (bool, Self) {
        (self.words & REFERS != 0, Header { words: self.words & MAX_WORDS, ..self })
    }

    /// Words of the payload with its tail, of a usual record.
    #[inline(always)]
    pub(crate) fn payload_words(self) -> usize {
        self.words - HEADER_WORDS
    }

    /// Whether it goes over several chunks; asked of a header as [`refers`](Self::refers) gives it.
    #[inline(always)]
    pub(crate) fn is_spanning(self) -> bool {
        self.words > CHUNK_WORDS
    }

    /// Writes it to the start of a record, at a time that is only asked for now: an event that is lost does not
    /// pay for it. Returns what lies behind.
    ///
    /// # Safety
    ///
    /// `start` is valid for writes of [`HEADER_WORDS`].
    #[inline(always)]
    pub(crate) unsafe fn write(self, start: *mut u64, clock: u64) -> *mut u64 {
        let packed = Packed {
            what: self.words as u64 | u64::from(self.tracepoint) << 32,
            clock,
            whose: u64::from(self.mask) | self.generation.bits() << 32,
        };
        // SAFETY: by the caller.
        unsafe {
            start.cast::<Packed>().write(packed);
            start.add(HEADER_WORDS)
        }
    }

    /// Reads it.
    #[inline(always)]
    pub(crate) fn read(words: &[u64; HEADER_WORDS]) -> Self {
        // SAFETY: of the same size and alignment, and any bits will do.
        let packed = unsafe { &*words.as_ptr().cast::<Packed>() };
        Header {
            words: packed.what as u32 as usize,
            generation: Stamp::from_bits(packed.whose >> 32),
            tracepoint: (packed.what >> 32) as u32,
            clock: packed.clock,
            mask: packed.whose as u32,
        }
    }
}
