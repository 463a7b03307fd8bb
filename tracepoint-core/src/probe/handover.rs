//! Writing events that hand some of their bytes over by reference: a probe's other way into the ring, apart
//! from the usual one.

use super::header;
use crate::event::{Contiguous, Event, Fields, MAX_REFERENCES, Section, Tail};
use crate::gate::Stamp;
use crate::loss::Cause;
use crate::ring::chunk::CHUNK_WORDS;
use crate::ring::record::{HEADER_WORDS, Header};
use crate::ring::reference::{REFERENCE_WORDS, Reference};
use crate::ring::{Lost, Producer};
use crate::{clock, event, pool, thread};

// What lies in one piece at the start of a record fits a chunk.
const _: () =
    assert!(HEADER_WORDS + MAX_REFERENCES * REFERENCE_WORDS + event::MAX_WORDS as usize <= CHUNK_WORDS);

/// Writes an event that has references to the ring of this thread.
///
/// What is not written is dropped when the ring is free for other events again.
#[inline(never)]
pub(super) fn write<E: Event>(fields: E::Lowered<'_>, mask: u32, stamp: Stamp) -> Result<(), Cause> {
    let referred = fields.referred();
    let whole = HEADER_WORDS + const { E::DESCRIPTOR.layout.words() } + fields.tail_words();
    let words = whole - referred.words + referred.count * REFERENCE_WORDS;
    let mut fields = Some(fields);
    thread::with(|producer| {
        let shared = pool::get().ok_or(Lost::RingFull)?;
        shared.refer(whole, referred.bytes)?;
        let header = header::<E>(words, mask, stamp).referring();
        // SAFETY: nobody took the fields yet, and they said themselves what they are.
        let written = unsafe { append::<E>(producer, header, words, referred.count, &mut fields) };
        if written.is_err() {
            shared.release(referred.bytes);
        }
        written
    })
}

/// Appends a record with `references` references, and takes the fields if there is room for it.
///
/// # Safety
///
/// There are fields, and as many of them are references; `words` counts these, the struct, and what else there
/// is of the tail.
#[inline(always)]
unsafe fn append<E: Event>(
    producer: &mut Producer<'_>,
    header: Header,
    words: usize,
    references: usize,
    fields: &mut Option<E::Lowered<'_>>,
) -> Result<(), Lost> {
    let struct_words = const { E::DESCRIPTOR.layout.words() };
    let before = HEADER_WORDS + references * REFERENCE_WORDS;
    // SAFETY: `fill` writes all words of the record, and is called once, so it gets the fields.
    unsafe {
        if Producer::spans(words) {
            producer.append_spanning(words, |spanning| {
                let start = spanning.start(before + struct_words);
                fill::<E, _>(start, header, references, fields.take(), spanning);
                Ok(())
            })
        } else {
            producer.append(words, |start| {
                let tail = Contiguous::new(start.add(before + struct_words));
                fill::<E, _>(start, header, references, fields.take(), tail);
                Ok(())
            })
        }
    }
}

/// Writes a record.
///
/// # Safety
///
/// `start` is valid for writes of the header, the references and the struct, and `tail` has room for what
/// else there is of the record. There are fields, and as many of them are references.
#[inline(always)]
unsafe fn fill<E: Event, T: Tail>(
    start: *mut u64,
    header: Header,
    references: usize,
    fields: Option<E::Lowered<'_>>,
    tail: T,
) {
    let descriptor = const { E::DESCRIPTOR };
    let layout = descriptor.layout;
    // SAFETY: within the record; `fields` are there, and are those of the descriptor.
    unsafe {
        let first = header.write(start, clock::ticks());
        let fields = fields.unwrap_unchecked();
        let payload = first.add(references * REFERENCE_WORDS);
        fields.head(descriptor.fields, &mut Section::new(payload, layout, layout.words()));
        let place = layout.words() as u32;
        fields.body(&mut Referring { next: first.cast(), left: references, place, tail });
    }
}

/// A tail whose references lie in front of the struct.
struct Referring<T> {
    next: *mut Reference,
    left: usize,
    /// Words from the start of the payload to the end of the tail.
    place: u32,
    tail: T,
}

// SAFETY: as `tail`, and there is a place for each reference.
unsafe impl<T: Tail> Tail for Referring<T> {
    #[inline(always)]
    unsafe fn append(&mut self, bytes: &[u8], words: usize) {
        self.place += words as u32;
        // SAFETY: by the caller.
        unsafe { self.tail.append(bytes, words) }
    }

    #[inline(always)]
    unsafe fn piece(&mut self, words: usize, fill: impl FnOnce(*mut u64)) {
        self.place += words as u32;
        // SAFETY: by the caller.
        unsafe { self.tail.piece(words, fill) }
    }

    #[inline(always)]
    unsafe fn refer(&mut self, mut reference: Reference) {
        self.left -= 1;
        reference.behind = self.left as u16;
        reference.place = self.place;
        self.place += reference.words() as u32;
        // SAFETY: there are as many places as references.
        unsafe {
            self.next.write(reference);
            self.next = self.next.add(1);
        }
    }
}
