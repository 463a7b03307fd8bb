//! What a probe does with an event that it cannot just write where it is: somebody may not want it, there is no
//! room where the thread writes, its values are not just copied, or it is the thread's first one.

use super::{handover, header, is_usual, unstable};
use crate::Tracepoint;
use crate::control;
use crate::event::{Contiguous, Event, Fields, Section};
use crate::filter::{self, Choice};
use crate::gate::{Look, Stamp};
use crate::loss::Cause;
use crate::ring::record::{HEADER_WORDS, Header};
use crate::ring::{Lost, Producer};
use crate::{clock, pool, thread};

/// Writes an event to the ring of this thread, if anybody wants it; counts it if that cannot be.
#[cold]
#[inline(never)]
pub(super) fn emit<E: Event>(event: &E, look: Look) {
    let (mut mask, stamp) = (look.slots(), look.stamp());
    if const { !is_usual::<E>() } {
        return once(event, mask, stamp);
    }
    if !look.is_plain() {
        mask = choose(event, mask, stamp);
        if mask == 0 {
            return;
        }
    }
    let words = HEADER_WORDS + const { E::DESCRIPTOR.layout.words() };
    if thread::is_stuck(event.lower().tail_words().saturating_add(words)) {
        return lose(E::tracepoint(), mask, stamp, Cause::RingFull);
    }
    many_times(event, mask, stamp);
}

/// Lowers the event again and again, as it is needed.
#[inline(never)]
fn many_times<E: Event>(event: &E, mask: u32, stamp: Stamp) {
    let tail_words = event.lower().tail_words();
    conclude::<E>(copy::<E>(tail_words, || event.lower(), mask, stamp), mask, stamp);
}

/// Lowers the event once, as that is code of the user, or counts references.
#[inline(always)]
fn once<E: Event>(event: &E, mut mask: u32, stamp: Stamp) {
    if mask == 0 {
        return;
    }
    // The last code of the user, of which elements of lists may have more.
    let fields = event.lower();
    if E::gate().selective(mask) != 0 {
        mask = select(E::tracepoint(), &fields, mask, stamp);
        if mask == 0 {
            return;
        }
    }
    let written = if !E::Lowered::STABLE {
        unstable::write::<E>(fields, mask, stamp)
    } else if E::Lowered::REFERENCES > 0 {
        // SAFETY: they are forgotten if that succeeds.
        let written = unsafe { handover::write::<E>(&fields, mask, stamp) };
        if written.is_ok() {
            std::mem::forget(fields);
        }
        written
    } else {
        copy::<E>(fields.tail_words(), || fields, mask, stamp)
    };
    conclude::<E>(written, mask, stamp);
}

/// Counts an event that could not be written.
#[inline(always)]
fn conclude<E: Event>(written: Result<(), Cause>, mask: u32, stamp: Stamp) {
    if let Err(cause) = written {
        lose(E::tracepoint(), mask, stamp, cause);
    }
}

/// Writes an event of which everything is copied.
#[inline(always)]
fn copy<'e, E: Event + 'e>(
    tail_words: usize,
    fields: impl FnOnce() -> E::Lowered<'e>,
    mask: u32,
    stamp: Stamp,
) -> Result<(), Cause> {
    let layout = const { E::DESCRIPTOR.layout };
    let words = tail_words.saturating_add(HEADER_WORDS + layout.words());
    thread::with(|producer| {
        let header = header::<E>(words, mask, stamp);
        if Producer::spans(words) {
            return copy_spanning::<E>(producer, header, fields());
        }
        // SAFETY: header, struct and tail are `words` words; the fields are those of the descriptor.
        unsafe {
            producer.append(words, |start| {
                let payload = header.write(start, clock::ticks());
                let fields = fields();
                let mut section = Section::new(payload, layout, layout.words());
                fields.head(const { E::DESCRIPTOR.fields }, &mut section);
                fields.body(&mut Contiguous::new(payload.add(layout.words())));
                Ok(())
            })
        }
    })
}

/// The same, of one that is larger than a chunk.
#[cold]
fn copy_spanning<E: Event>(
    producer: &mut Producer<'_>,
    header: Header,
    fields: E::Lowered<'_>,
) -> Result<(), Lost> {
    if header.words > pool::event_words() {
        return Err(Lost::TooLarge);
    }
    let layout = const { E::DESCRIPTOR.layout };
    // SAFETY: as in `copy`.
    unsafe {
        producer.append_spanning(header.words, |mut spanning| {
            let start = spanning.start(HEADER_WORDS + layout.words());
            let payload = header.write(start, clock::ticks());
            let mut section = Section::new(payload, layout, layout.words());
            fields.head(const { E::DESCRIPTOR.fields }, &mut section);
            fields.body(&mut spanning);
            Ok(())
        })
    }
}

/// The subscriptions that want this event, of those of a mask; there may be none.
#[inline(never)]
fn choose<E: Event>(event: &E, mask: u32, stamp: Stamp) -> u32 {
    select(E::tracepoint(), &event.lower(), mask, stamp)
}

/// The subscriptions that want an event with these fields, of those of a mask. Counts it for the others.
#[inline(never)]
fn select(tracepoint: &Tracepoint, fields: &dyn filter::Look, mask: u32, stamp: Stamp) -> u32 {
    let losses = tracepoint.losses();
    let (mut wanted, mut slots) = (mask, tracepoint.gate().selective(mask));
    while slots != 0 {
        let slot = slots.trailing_zeros() as usize;
        slots &= slots - 1;
        let cause = match losses.selector(slot).map(|selector| selector.choose(fields, stamp)) {
            None | Some(Choice::Wanted) => continue,
            Some(Choice::Filtered) => Cause::Filtered,
            Some(Choice::SampledOut) => Cause::SampledOut,
        };
        wanted &= !(1 << slot);
        losses.count_in(slot, stamp, cause);
    }
    wanted
}

#[cold]
#[inline(never)]
fn lose(tracepoint: &Tracepoint, mask: u32, stamp: Stamp, cause: Cause) {
    tracepoint.losses().count(mask, stamp, cause);
    control::note_loss();
}
