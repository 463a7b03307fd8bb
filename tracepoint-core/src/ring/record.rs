//! A record: a header of three words and the payload, a Cap'n Proto struct in its final form.
//!
//! ```text
//!   63      48 47          24 23           0
//!  ┌──────────┬──────────────┬──────────────┐
//!  │tracepoint│  generation  │ words in all │
//!  ├──────────┴──────────────┴──────────────┤
//!  │               raw clock                │
//!  ├────────────────────┬───────────────────┤
//!  │  number in thread  │  mask of slots    │
//!  ├────────────────────┴───────────────────┤
//!  │  payload ..                            │
//! ```
//!
//! The bit of the mask that is no slot says that [references](super::reference) lie in front of the payload.

use super::chunk::CHUNK_WORDS;
use crate::gate::{SLOTS, Stamp};

/// Words before the payload.
pub(crate) const HEADER_WORDS: usize = 3;

/// In the mask: the record refers to bytes outside of it.
pub(crate) const REFERS: u32 = 1 << SLOTS;

/// The largest record, in words (128 MiB); settings stay below it.
pub(crate) const MAX_WORDS: usize = (1 << 24) - 1;

/// What is known of an event besides its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// Header and payload.
    pub(crate) words: usize,
    /// Registry index.
    pub(crate) tracepoint: u16,
    pub(crate) generation: Stamp,
    /// Ticks of the raw clock.
    pub(crate) clock: u64,
    /// Subscriptions that want it, and [`REFERS`].
    pub(crate) mask: u32,
    /// Counts the events of the thread, lost ones too.
    pub(crate) number: u32,
}

impl Header {
    /// Words of the payload with its tail.
    #[inline(always)]
    pub(crate) fn payload_words(self) -> usize {
        self.words - HEADER_WORDS
    }

    /// Whether it goes over several chunks.
    #[inline(always)]
    pub(crate) fn is_spanning(self) -> bool {
        self.words > CHUNK_WORDS
    }

    /// Whether references lie in front of the payload.
    #[inline(always)]
    pub(crate) fn refers(self) -> bool {
        self.mask & REFERS != 0
    }

    #[inline(always)]
    pub(crate) fn pack(self) -> [u64; HEADER_WORDS] {
        [
            self.words as u64 | self.generation.bits() << 24 | (self.tracepoint as u64) << 48,
            self.clock,
            self.mask as u64 | (self.number as u64) << 32,
        ]
    }

    #[inline(always)]
    pub(crate) fn unpack(words: [u64; HEADER_WORDS]) -> Self {
        Header {
            words: words[0] as usize & MAX_WORDS,
            generation: Stamp::from_bits(words[0] >> 24),
            tracepoint: (words[0] >> 48) as u16,
            clock: words[1],
            mask: words[2] as u32,
            number: (words[2] >> 32) as u32,
        }
    }
}
