//! Writing events that may hand some of their bytes over by reference: a probe's other way into the ring, apart
//! from the usual one.

use std::ptr;

use super::header;
use crate::event::{Contiguous, Event, Fields, MAX_REFERENCES, Referred, Section, Tail};
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

/// Writes an event that may have references to the ring of this thread. Reads the fields from where they are: what was
/// just put together is not moved a second time.
///
/// # Safety
///
/// If that succeeds, the fields are in the record: the caller forgets them.
#[inline(never)]
pub(super) unsafe fn write<E: Event>(fields: &E::Lowered<'_>, mask: u32, stamp: Stamp) -> Result<(), Cause> {
    let referred = fields.referred();
    let whole = HEADER_WORDS + const { E::DESCRIPTOR.layout.words() } + fields.tail_words();
    let words = whole - referred.words + referred.count * REFERENCE_WORDS;
    let mut header = header::<E>(words, mask, stamp);
    if referred.count > 0 {
        header = header.referring();
    }
    let reserved = pool::get().and_then(|shared| Some((shared, thread::reserve(words)?)));
    if let Some((shared, room)) = reserved {
        if referred.count == 0 || shared.refer_easily(whole, referred.bytes) {
            let (start, struct_words) = (room.start(), const { E::DESCRIPTOR.layout.words() });
            // SAFETY: there is room for all of the record; the fields said themselves what they are, and are forgotten.
            unsafe {
                let before = HEADER_WORDS + referred.count * REFERENCE_WORDS + struct_words;
                let tail = Contiguous::new(start.add(before));
                fill::<E, _>(start, clock::direct_ticks(), header, referred.count, fields, tail);
                room.commit();
            }
            return Ok(());
        }
        room.leave();
    }
    // SAFETY: by the caller.
    unsafe { write_anew::<E>(header, words, whole, &referred, fields) }
}

/// The same, where it takes more than room where the thread writes.
///
/// # Safety
///
/// As of [`write()`]; the record has `words` words, and would have `whole` if it held what it refers to.
#[cold]
#[inline(never)]
unsafe fn write_anew<E: Event>(
    header: Header,
    words: usize,
    whole: usize,
    referred: &Referred,
    fields: &E::Lowered<'_>,
) -> Result<(), Cause> {
    thread::with(|producer| {
        let shared = pool::get().ok_or(Lost::RingFull)?;
        shared.refer(whole, referred.bytes)?;
        // SAFETY: they said themselves what they are, and are forgotten if they are taken.
        let written = unsafe { append::<E>(producer, header, words, referred.count, fields) };
        if written.is_err() {
            shared.release(referred.bytes);
        }
        written
    })
}

/// Appends a record with `references` references, if there is room for it.
///
/// # Safety
///
/// As many of the fields are references; `words` counts these, the struct, and what else there is of the tail. If
/// that succeeds, the fields are in the record.
#[inline(always)]
unsafe fn append<E: Event>(
    producer: &mut Producer<'_>,
    header: Header,
    words: usize,
    references: usize,
    fields: &E::Lowered<'_>,
) -> Result<(), Lost> {
    let struct_words = const { E::DESCRIPTOR.layout.words() };
    let before = HEADER_WORDS + references * REFERENCE_WORDS;
    // SAFETY: `fill` writes all words of the record, and is called once, when nothing can fail any more.
    unsafe {
        if Producer::spans(words) {
            producer.append_spanning(words, |spanning| {
                let start = spanning.start(before + struct_words);
                fill::<E, _>(start, clock::ticks(), header, references, fields, spanning);
                Ok(())
            })
        } else {
            producer.append(words, |start| {
                let tail = Contiguous::new(start.add(before + struct_words));
                fill::<E, _>(start, clock::ticks(), header, references, fields, tail);
                Ok(())
            })
        }
    }
}

/// Writes a record, and moves the fields there.
///
/// # Safety
///
/// `start` is valid for writes of the header, the references and the struct, and `tail` has room for what
/// else there is of the record. As many of the fields are references; nobody uses them again.
#[inline(always)]
unsafe fn fill<E: Event, T: Tail>(
    start: *mut u64,
    now: u64,
    header: Header,
    references: usize,
    fields: &E::Lowered<'_>,
    tail: T,
) {
    let descriptor = const { E::DESCRIPTOR };
    let layout = descriptor.layout;
    // SAFETY: within the record; `fields` are those of the descriptor, and this is the last use of them. Nothing here
    // panics, as none of it is code of the user.
    unsafe {
        let first = header.write(start, now);
        let payload = first.add(references * REFERENCE_WORDS);
        fields.head(descriptor.fields, &mut Section::new(payload, layout, layout.words()));
        let place = layout.words() as u32;
        ptr::read(fields).body(&mut Referring { next: first.cast(), left: references, place, tail });
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
