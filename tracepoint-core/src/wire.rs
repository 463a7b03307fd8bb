//! The form in which events leave the process: one Cap'n Proto message each, back to back.
//!
//! ```text
//! struct Event {
//!   time     @0 :UInt64;      # nanoseconds, the system's monotonic clock
//!   sequence @1 :UInt64;      # events offered to this subscription before this one, lost ones too
//!   thread   @2 :UInt32;
//!   union {
//!     control           @3 :Control;             # in recordings only: about the events behind it
//!     netInboundMessage @4 :NetInboundMessage;   # and so on, by registry index
//!   }
//! }
//! ```
//!
//! A message is in stream framing, of one segment, so a file of them can be read by any Cap'n Proto tool
//! that has the schema. The payload lies behind six words that depend on nothing but the event's type,
//! its size and these four fields.

use crate::event::{DecodeError, Descriptor, StructReader};

/// Words before the payload: segment table, root pointer, three words of data, payload pointer.
pub const ENVELOPE_WORDS: usize = 6;

const DATA_WORDS: u64 = 3;
const POINTERS: u64 = 1;

/// What an event carries besides its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) time: u64,
    pub(crate) sequence: u64,
    pub(crate) thread: u32,
    pub(crate) tag: u16,
    /// Sizes of the payload struct, as a pointer has them.
    pub(crate) sizes: PayloadSizes,
    /// Words of the payload with its tail.
    pub(crate) payload_words: usize,
}

/// The upper half of a struct pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PayloadSizes(u64);

impl PayloadSizes {
    pub(crate) fn of(descriptor: &Descriptor) -> Self {
        let layout = descriptor.layout;
        PayloadSizes(u64::from(layout.data_words) << 32 | u64::from(layout.pointers) << 48)
    }
}

impl Envelope {
    /// The words before the payload.
    #[inline]
    pub(crate) fn words(&self) -> [u64; ENVELOPE_WORDS] {
        let segment = ENVELOPE_WORDS - 1 + self.payload_words;
        // A struct of no size points at itself: offset -1.
        let payload = if self.sizes.0 == 0 { 0xffff_fffc } else { self.sizes.0 };
        [
            (segment as u64) << 32,
            DATA_WORDS << 32 | POINTERS << 48,
            self.time,
            self.sequence,
            u64::from(self.thread) | u64::from(self.tag) << 32,
            payload,
        ]
    }
}

/// The events of a batch, in order.
///
/// Ends after the first error.
///
/// ```
/// use tracepoint_core::wire::Frames;
///
/// assert_eq!(Frames::new(&[]).count(), 0);
/// assert!(Frames::new(&[0; 12]).next().unwrap().is_err());
/// ```
#[derive(Debug, Clone)]
pub struct Frames<'a> {
    rest: &'a [u8],
}

impl<'a> Frames<'a> {
    /// Reads events from bytes, which need no alignment.
    pub fn new(batch: &'a [u8]) -> Self {
        Frames { rest: batch }
    }

    fn split(&self) -> Result<(&'a [u8], &'a [u8]), DecodeError> {
        let table = self.rest.first_chunk::<8>().ok_or(DecodeError::Truncated)?;
        let table = u64::from_le_bytes(*table);
        if table as u32 != 0 || table >> 32 == 0 {
            return Err(DecodeError::Framing);
        }
        let len = usize::try_from(8 + (table >> 32) * 8).ok();
        len.and_then(|len| self.rest.split_at_checked(len)).ok_or(DecodeError::Truncated)
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Result<RawEvent<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let event = self.split().and_then(|(frame, rest)| {
            self.rest = rest;
            RawEvent::new(frame)
        });
        if event.is_err() {
            self.rest = &[];
        }
        Some(event)
    }
}

/// An event whose payload is not decoded yet.
///
/// ```
/// use tracepoints::{capture, tracepoint};
///
/// let mut seen = capture("doc:*");
/// tracepoint!(doc::step, number: u32 = 7);
/// let events = seen.take();
/// let raw = events[0].raw();
/// assert_eq!(raw.sequence, 0);
/// assert_eq!(raw.payload.u32(0), 7);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RawEvent<'a> {
    /// Nanoseconds of the system's monotonic clock.
    pub time: u64,
    /// Events offered to the subscription before this one, lost ones included.
    pub sequence: u64,
    /// The thread that fired it.
    pub thread: u32,
    /// Which tracepoint: its index in the process plus one.
    pub tag: u16,
    /// The fields.
    pub payload: StructReader<'a>,
    frame: &'a [u8],
}

impl<'a> RawEvent<'a> {
    /// Reads one message, segment table included.
    #[inline]
    pub(crate) fn new(frame: &'a [u8]) -> Result<Self, DecodeError> {
        let event = StructReader::root(frame.get(8..).ok_or(DecodeError::Truncated)?)?;
        Ok(RawEvent {
            time: event.u64(0),
            sequence: event.u64(1),
            thread: event.u32(4),
            tag: event.u16(10),
            payload: event.structure(0)?,
            frame,
        })
    }

    /// The whole message.
    pub fn bytes(&self) -> &'a [u8] {
        self.frame
    }
}
