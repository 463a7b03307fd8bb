//! Writing events whose lists have elements that only code of the user can lower: a probe's third way into
//! the ring, apart from the usual one.
//!
//! Such a list is lowered element by element, once to measure it, and once more while it is written. So that
//! nothing can come of that, the record has its room, but nobody can see it before it is complete: if the
//! code panics, or says something else the second time, there is no record. Events that it fires in between
//! are counted as nested.

use super::header;
use crate::event::{Checked, Contiguous, Event, Fields, Section, Tail};
use crate::gate::Stamp;
use crate::loss::Cause;
use crate::ring::record::{HEADER_WORDS, Header};
use crate::ring::{Lost, Producer};
use crate::{clock, pool, thread};

/// Writes an event to the ring of this thread. Nothing of it is handed over by reference.
#[inline(never)]
pub(super) fn write<E: Event>(fields: E::Lowered<'_>, mask: u32, stamp: Stamp) -> Result<(), Cause> {
    let struct_words = const { E::DESCRIPTOR.layout.words() };
    let tail_words = fields.tail_words();
    let words = tail_words.saturating_add(HEADER_WORDS + struct_words);
    thread::with(|producer| {
        if words > pool::event_words() {
            return Err(Lost::TooLarge);
        }
        let header = header::<E>(words, mask, stamp);
        // SAFETY: `fill` writes all words of the record, or fails.
        unsafe {
            if Producer::spans(words) {
                producer.append_spanning(words, |spanning| {
                    let start = spanning.start(HEADER_WORDS + struct_words);
                    fill::<E, _>(start, header, fields, Checked::new(spanning, tail_words))
                })
            } else {
                producer.append(words, |start| {
                    let tail = Contiguous::new(start.add(HEADER_WORDS + struct_words));
                    fill::<E, _>(start, header, fields, Checked::new(tail, tail_words))
                })
            }
        }
    })
}

/// Writes a record. Fails if its fields are not what they said they were.
///
/// # Safety
///
/// `start` is valid for writes of header and struct, and `tail` has room for the rest of the record.
unsafe fn fill<E: Event, T: Tail>(
    start: *mut u64,
    header: Header,
    fields: E::Lowered<'_>,
    mut tail: Checked<T>,
) -> Result<(), Lost> {
    let descriptor = const { E::DESCRIPTOR };
    let layout = descriptor.layout;
    // SAFETY: within the record; `fields` are those of the descriptor.
    unsafe {
        let payload = header.write(start, clock::ticks());
        fields.head(descriptor.fields, &mut Section::new(payload, layout, layout.words()));
        fields.body(&mut tail);
    }
    if tail.is_exact() { Ok(()) } else { Err(Lost::TooLarge) }
}
