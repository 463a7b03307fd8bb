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

/// The root pointer: three words of data and one pointer, right behind it.
const ROOT: u64 = 3 << 32 | 1 << 48;

/// The pointer to a struct of no size, which leads to itself: offset -1.
const NO_SIZE: u64 = 0xffff_fffc;

/// Where the payload starts in the segment.
const PAYLOAD_AT: usize = (ENVELOPE_WORDS - 1) * 8;

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
        let payload = if self.sizes.0 == 0 { NO_SIZE } else { self.sizes.0 };
        [
            (segment as u64) << 32,
            ROOT,
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

    /// The next event, if it is laid out as this library does it. Nothing is taken otherwise.
    #[doc(hidden)]
    #[inline]
    pub fn next_usual(&mut self) -> Option<RawEvent<'a>> {
        let (event, rest) = RawEvent::usual(self.rest)?;
        self.rest = rest;
        Some(event)
    }

    /// The next event of another layout, one that is damaged, or the end.
    #[cold]
    #[inline(never)]
    fn next_unusual(&mut self, to: &mut Option<Result<RawEvent<'a>, DecodeError>>) {
        if self.rest.is_empty() {
            return;
        }
        let event = self.split().and_then(|(frame, rest)| {
            self.rest = rest;
            RawEvent::new(frame)
        });
        if event.is_err() {
            self.rest = &[];
        }
        *to = Some(event);
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
        if let Some(event) = self.next_usual() {
            return Some(Ok(event));
        }
        // Written to a place of its own, so that the usual event can stay in registers.
        let mut other = None;
        self.next_unusual(&mut other);
        other
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
    /// Reads a message as [`Envelope::words`] begins it. Returns what lies behind it, too.
    #[inline]
    fn usual(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let envelope = bytes.first_chunk::<{ ENVELOPE_WORDS * 8 }>()?;
        let word = |index: usize| u64::from_le_bytes(std::array::from_fn(|at| envelope[index * 8 + at]));
        let [table, root, time, sequence, what, payload] = std::array::from_fn(word);
        // One segment; the root; the payload's pointer, which leads to what is right behind it.
        let is_behind = payload as u32 == 0 || payload == NO_SIZE;
        let is_usual = table as u32 == 0 && root == ROOT && is_behind;
        let len = usize::try_from(table >> 32).ok()?.checked_mul(8)?.checked_add(8)?;
        let (frame, rest) = bytes.split_at_checked(len)?;
        let payload = StructReader::at(frame.get(8..)?, PAYLOAD_AT, payload)?;
        let (thread, tag) = (what as u32, (what >> 32) as u16);
        is_usual.then_some((RawEvent { time, sequence, thread, tag, payload, frame }, rest))
    }

    /// Reads one message, segment table included.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// An event of one word, 7, whose payload lies so many words behind its usual place.
    fn event(gap: usize) -> Vec<u8> {
        let sizes = PayloadSizes(1 << 32);
        let envelope = Envelope { time: 1, sequence: 2, thread: 3, tag: 4, sizes, payload_words: gap + 1 };
        let mut words = envelope.words().to_vec();
        words[ENVELOPE_WORDS - 1] |= (gap as u64) << 2;
        words.resize(ENVELOPE_WORDS + gap, 0);
        words.push(7);
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    fn numbers(event: RawEvent<'_>) -> [u64; 5] {
        let RawEvent { time, sequence, thread, tag, payload, .. } = event;
        [time, sequence, thread.into(), tag.into(), payload.u64(0)]
    }

    #[test]
    fn events_of_another_layout_are_read_as_well() {
        let batch = [event(0), event(2), event(0), event(1)].concat();
        assert_eq!(Frames::new(&batch[event(0).len()..]).next_usual().map(numbers), None);
        let events: Vec<_> = Frames::new(&batch).map(|event| numbers(event.unwrap())).collect();
        assert_eq!(events, [[1, 2, 3, 4, 7]; 4]);
    }

    #[test]
    fn events_without_fields_are_usual() {
        let sizes = PayloadSizes::default();
        let envelope = Envelope { time: 1, sequence: 2, thread: 3, tag: 4, sizes, payload_words: 0 };
        let batch: Vec<u8> = envelope.words().iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(Frames::new(&batch).next_usual().map(numbers), Some([1, 2, 3, 4, 0]));
        assert_eq!(numbers(RawEvent::new(&batch).unwrap()), [1, 2, 3, 4, 0]);
    }

    #[test]
    fn what_was_cut_off_is_no_event() {
        let whole = event(0);
        for len in 1..whole.len() {
            let mut frames = Frames::new(&whole[..len]);
            assert_eq!(frames.next().unwrap().map(numbers), Err(DecodeError::Truncated), "{len}");
            assert!(frames.next().is_none());
        }
        // The same within a batch: the table says that there is less than there should be.
        let mut short = whole.clone();
        short[4] -= 1;
        assert_eq!(Frames::new(&short).next().unwrap().map(numbers), Err(DecodeError::OutOfBounds));
    }
}
