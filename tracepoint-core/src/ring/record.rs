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
    pub(crate) tracepoint: u16,
    pub(crate) generation: Stamp,
    /// Ticks of the raw clock.
    pub(crate) clock: u64,
    /// Subscriptions that want it.
    pub(crate) mask: u32,
    /// Counts the events of the thread, lost ones too.
    pub(crate) number: u32,
}

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

    /// Whether it goes over several chunks.
    #[inline(always)]
    pub(crate) fn is_spanning(self) -> bool {
        self.words > CHUNK_WORDS
    }

    /// At a time, which is only asked for where there is room: an event that is lost does not pay for it.
    #[inline(always)]
    pub(crate) fn at(self, clock: u64) -> Self {
        Header { clock, ..self }
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
            words: words[0] as usize & (REFERS | MAX_WORDS),
            generation: Stamp::from_bits(words[0] >> 24),
            tracepoint: (words[0] >> 48) as u16,
            clock: words[1],
            mask: words[2] as u32,
            number: (words[2] >> 32) as u32,
        }
    }
}
