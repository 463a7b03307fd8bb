//! Control messages: from and to bytes, with their checksums.
//!
//! ```text
//! byte  0  segment table: one segment, and its words
//!       8  pointer to the struct Event
//!      16  time  sequence  thread and tag, all but the first 0
//!      40  pointer to the struct Control, which lies behind it
//!      48  checksum  tag of the union  end
//!      64  pointer to the header, batch or footer, and all that
//! ```

use std::io;
use std::ops::Range;

use capnp::Word;
use capnp::message::{Builder, HeapAllocator, Reader, ReaderOptions, SegmentArray};

use super::limits;
use crate::recording_capnp::control;

/// The segment table.
pub(super) const TABLE_BYTES: usize = 8;

/// The smallest control message, and the last one of a file.
pub(super) const LEAST_BYTES: usize = 72;

/// A pointer to a struct behind it, of three words of data and one pointer.
const EVENT_POINTER: u64 = 3 << 32 | 1 << 48;

const EVENT_AT: Range<usize> = 8..16;
const TIME_AT: Range<usize> = 16..24;
const ZERO_AT: Range<usize> = 24..40;
const CONTROL_AT: usize = 40;
const CHECKSUM_AT: Range<usize> = 48..52;
const KIND_AT: Range<usize> = 52..54;

/// Words that are allocated for a message at first: more than most need.
const FIRST_WORDS: usize = 256;

/// Builds a control message, of one segment. Several attempts may be needed until it fits.
///
/// # Errors
/// It would be larger than readers allow.
pub(super) fn build(time: u64, fill: impl Fn(control::Builder<'_>)) -> io::Result<Vec<u8>> {
    let mut words = FIRST_WORDS;
    loop {
        if words * 8 > limits::MESSAGE_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "there are too many tracepoints or threads for a recording",
            ));
        }
        let allocator = HeapAllocator::new().first_segment_words(words as u32);
        let mut message = Builder::new(allocator);
        fill(message.init_root());
        let segments = message.get_segments_for_output();
        if let [segment] = segments[..] {
            return Ok(frame(time, segment));
        }
        words = segments.iter().map(|segment| segment.len() / 8).sum::<usize>().max(words * 2);
    }
}

/// Puts a `Control` into an `Event`, and both into a frame.
fn frame(time: u64, control: &[u8]) -> Vec<u8> {
    let words = (CONTROL_AT - TABLE_BYTES + control.len()) / 8;
    let mut bytes = Vec::with_capacity(TABLE_BYTES + words * 8);
    for word in [(words as u64) << 32, EVENT_POINTER, time, 0, 0] {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    bytes.extend_from_slice(control);
    bytes[CHECKSUM_AT].fill(0);
    let checksum = crc32fast::hash(&bytes);
    bytes[CHECKSUM_AT].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// The length of a control message, segment table included, or what is wrong with it.
pub(super) fn length(table: [u8; TABLE_BYTES]) -> Result<usize, &'static str> {
    let table = u64::from_le_bytes(table);
    let bytes = usize::try_from((table >> 32) * 8 + TABLE_BYTES as u64);
    match bytes {
        _ if table as u32 != 0 => Err("a message of several segments"),
        Ok(bytes @ LEAST_BYTES..=limits::MESSAGE_BYTES) => Ok(bytes),
        _ => Err("a message of an impossible length"),
    }
}

/// Whether a file that starts with these bytes is a recording, as far as they tell. 56 bytes are enough.
///
/// ```
/// assert!(!tracepoint_ipc::recording::is_recording(b"#!/bin/sh"));
/// ```
#[must_use]
pub fn is_recording(start: &[u8]) -> bool {
    let is_zero = |range| start.get(range).is_some_and(|bytes: &[u8]| bytes.iter().all(|byte| *byte == 0));
    // The header is the first member of its union.
    start.first_chunk().is_some_and(|table| length(*table).is_ok())
        && start.get(EVENT_AT) == Some(&EVENT_POINTER.to_le_bytes())
        && is_zero(ZERO_AT)
        && is_zero(KIND_AT)
}

/// A control message in memory, whose checksum is right.
pub(super) struct Message(Vec<Word>);

impl Message {
    /// Reads a message of so many bytes, which are below the limit.
    ///
    /// The inner error says what is wrong with the message.
    pub(super) fn read(
        bytes: usize,
        fill: impl FnOnce(&mut [u8]) -> io::Result<()>,
    ) -> io::Result<Result<Self, &'static str>> {
        let mut words = Word::allocate_zeroed_vec(bytes / 8);
        fill(Word::words_to_bytes_mut(&mut words))?;
        let message = Self(words);
        Ok(message.check().map(|()| message))
    }

    fn check(&self) -> Result<(), &'static str> {
        let bytes = self.bytes();
        if bytes[EVENT_AT] != EVENT_POINTER.to_le_bytes() || bytes[ZERO_AT].iter().any(|byte| *byte != 0) {
            return Err("no control message, which has to be there");
        }
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(&bytes[..CHECKSUM_AT.start]);
        checksum.update(&[0; CHECKSUM_AT.end - CHECKSUM_AT.start]);
        checksum.update(&bytes[CHECKSUM_AT.end..]);
        // A fuzzer does not hit upon the right ones.
        if !cfg!(fuzzing) && bytes[CHECKSUM_AT] != checksum.finalize().to_le_bytes() {
            return Err("a control message with a wrong checksum");
        }
        Ok(())
    }

    fn bytes(&self) -> &[u8] {
        Word::words_to_bytes(&self.0)
    }

    /// Its time.
    pub(super) fn time(&self) -> u64 {
        self.bytes()[TIME_AT].try_into().map_or(0, u64::from_le_bytes)
    }

    /// Looks into it.
    pub(super) fn open<T>(
        &self,
        look: impl FnOnce(control::Reader<'_>) -> capnp::Result<T>,
    ) -> capnp::Result<T> {
        let mut options = ReaderOptions::new();
        options.traversal_limit_in_words(Some(limits::words(self.0.len()))).nesting_limit(limits::NESTING);
        let segments = [&self.bytes()[CONTROL_AT..]];
        let message = Reader::new(SegmentArray::new(&segments), options);
        look(message.get_root()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording_capnp::control::Which;

    fn parse(bytes: &[u8]) -> Result<Message, &'static str> {
        let len = length(*bytes.first_chunk().unwrap())?;
        Message::read(len, |to| {
            to.copy_from_slice(bytes);
            Ok(())
        })
        .unwrap()
    }

    #[test]
    fn messages_of_any_size_are_one_segment() {
        for len in [0, 1, 1000, 100_000, 3_000_000] {
            let pattern = "x".repeat(len);
            let bytes = build(7, |control| control.init_header().init_patterns(1).set(0, &pattern)).unwrap();
            assert!(is_recording(&bytes));
            let message = parse(&bytes).unwrap();
            assert_eq!(message.time(), 7);
            let read = message.open(|control| match control.which()? {
                Which::Header(header) => Ok(header?.get_patterns()?.get(0)?.to_string()?),
                _ => panic!(),
            });
            assert_eq!(read.unwrap(), pattern);
        }
    }

    #[test]
    fn the_end_has_a_known_length() {
        let bytes = build(0, |mut control| control.set_end(u64::MAX)).unwrap();
        assert_eq!(bytes.len(), LEAST_BYTES);
        assert!(!is_recording(&bytes), "it is no header");
    }

    #[test]
    fn no_wrong_bit_is_overlooked() {
        let sound = build(7, |control| control.init_batch().set_bytes(9)).unwrap();
        for bit in 0..sound.len() * 8 {
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let is_wrong = length(*bytes.first_chunk().unwrap()) != Ok(bytes.len()) || parse(&bytes).is_err();
            assert!(is_wrong, "bit {bit}");
        }
    }
}
