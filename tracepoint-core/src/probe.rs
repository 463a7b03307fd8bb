//! The hot path: the check, and what happens behind it.

use std::marker::PhantomData;

use crate::event::{Contiguous, Event, Fields, Section};
use crate::filter::{Choice, Look};
use crate::gate::{Stamp, UNREGISTERED};
use crate::loss::Cause;
use crate::ring::record::{HEADER_WORDS, Header};
use crate::ring::{Lost, Producer};
use crate::{Registration, Tracepoint, clock, control, handover, pool, thread, unstable};

/// Fires an event, if anybody listens. See [`tracepoint!`](crate::tracepoint!).
///
/// `args` is not called otherwise.
///
/// ```
/// use tracepoints::Event;
///
/// #[derive(Event)]
/// #[event(provider = "net")]
/// struct Ping { nonce: u64 }
///
/// tracepoints::fire(|| Ping { nonce: unreachable!("nobody listens") });
/// ```
#[inline(always)]
pub fn fire<E: Event>(args: impl FnOnce() -> E) {
    let probe = Probe::new();
    if probe.is_open() {
        probe.emit(&args());
    }
}

/// One hit of a probe: the expansion of `tracepoint!`, which learns from the event's type whose it is.
#[doc(hidden)]
#[derive(Debug)]
pub struct Probe<E>(PhantomData<fn(&E)>);

impl<E: Event> Probe<E> {
    #[expect(clippy::new_without_default, reason = "for macros only")]
    #[inline(always)]
    pub fn new() -> Self {
        Probe(PhantomData)
    }

    /// Whether anybody listens. What the caller does then is out of line, as `emit` is cold.
    #[inline(always)]
    pub fn is_open(&self) -> bool {
        is_enabled::<E>()
    }

    /// Writes the event.
    #[inline(always)]
    pub fn emit(&self, event: &E) {
        emit(event);
    }
}

/// Whether anybody listens. See [`enabled!`](crate::enabled!).
///
/// ```
/// use tracepoints::Event;
///
/// #[derive(Event)]
/// #[event(provider = "net")]
/// struct Ping { nonce: u64 }
///
/// assert!(!tracepoints::is_enabled::<Ping>());
/// ```
#[inline(always)]
pub fn is_enabled<E: Event>() -> bool {
    if cfg!(feature = "off") {
        return false;
    }
    E::gate().glance() != 0 && admits::<E>()
}

/// Whether a gate that is not zero means that somebody listens. Reads it once more, so that the first
/// check can compare in memory and needs no register.
#[inline(always)]
fn admits<E: Event>() -> bool {
    E::gate().glance() != UNREGISTERED || first_hit(E::tracepoint())
}

/// A tracepoint that nobody knew of. Returns whether somebody listens now.
#[cold]
#[inline(never)]
fn first_hit(tracepoint: &'static Tracepoint) -> bool {
    tracepoint.announce(Registration::FirstHit);
    // Never waits: if the lock is taken, the next pass of the drain will see it.
    control::try_refresh();
    tracepoint.is_enabled()
}

/// Writes an event to the ring of this thread.
#[cold]
#[inline(never)]
fn emit<E: Event>(event: &E) {
    // The order matters: see `gate`.
    let stamp = control::GENERATION.stamp();
    let mut mask = E::gate().look();
    if mask == 0 {
        return;
    }
    // The last code of the user, of which elements of lists may have more.
    let fields = event.lower();
    if mask & E::tracepoint().selective() != 0 {
        mask = select(E::tracepoint(), &fields, mask, stamp);
        if mask == 0 {
            return;
        }
    }
    if !E::Lowered::STABLE {
        return conclude::<E>(unstable::write::<E>(fields, mask, stamp), mask, stamp);
    }
    if E::Lowered::REFERENCES > 0 && fields.referred().count > 0 {
        return conclude::<E>(handover::write::<E>(fields, mask, stamp), mask, stamp);
    }
    let layout = const { E::DESCRIPTOR.layout };
    let words = HEADER_WORDS + layout.words() + fields.tail_words();
    let written = thread::with(|state| {
        let number = state.number;
        state.number = number.wrapping_add(1);
        let header = Header {
            words,
            tracepoint: E::tracepoint().open_index(),
            generation: stamp,
            // Read where there is room for it.
            clock: 0,
            mask,
            number,
        };
        if !state.producer.has_room(words) && Producer::spans(words) {
            // In a place of their own: they would lie in memory on the usual way too, if a call took their
            // address there.
            let mut fields = Some(fields);
            return write_spanning::<E>(&mut state.producer, header, &mut fields);
        }
        // SAFETY: `write` fills header, struct and tail, which are `words` words.
        unsafe {
            state.producer.append(words, |start| {
                write::<E>(start, header, fields);
                Ok(())
            })
        }
    });
    conclude::<E>(written, mask, stamp);
}

/// Counts an event that could not be written.
#[inline(always)]
fn conclude<E: Event>(written: Result<Result<(), Lost>, Cause>, mask: u32, stamp: Stamp) {
    let cause = match written {
        Ok(Ok(())) => return,
        Ok(Err(Lost::RingFull)) => Cause::RingFull,
        Ok(Err(Lost::TooLarge)) => Cause::TooLarge,
        Err(cause) => cause,
    };
    lose(E::tracepoint(), mask, stamp, cause);
}

/// Writes a record in one piece.
///
/// # Safety
///
/// `start` is valid for writes of `header.words` words.
#[inline(always)]
unsafe fn write<E: Event>(start: *mut u64, header: Header, fields: E::Lowered<'_>) {
    let descriptor = const { E::DESCRIPTOR };
    let layout = descriptor.layout;
    // SAFETY: within the record; `fields` are those of the descriptor.
    unsafe {
        start.cast::<[u64; HEADER_WORDS]>().write(header.at(clock::ticks()).pack());
        let payload = start.add(HEADER_WORDS);
        fields.head(descriptor.fields, &mut Section::new(payload, layout, layout.words()));
        fields.body(&mut Contiguous::new(payload.add(layout.words())));
    }
}

/// Writes a record that is larger than a chunk, and takes its fields.
#[cold]
fn write_spanning<E: Event>(
    producer: &mut Producer<'_>,
    header: Header,
    fields: &mut Option<E::Lowered<'_>>,
) -> Result<(), Lost> {
    let Some(fields) = fields.take().filter(|_| header.words <= pool::event_words()) else {
        return Err(Lost::TooLarge);
    };
    let descriptor = const { E::DESCRIPTOR };
    let layout = descriptor.layout;
    // SAFETY: header, struct and tail are `header.words` words; `fields` are those of the descriptor.
    unsafe {
        producer.append_spanning(header.words, |mut spanning| {
            let start = spanning.start(HEADER_WORDS + layout.words());
            start.cast::<[u64; HEADER_WORDS]>().write(header.at(clock::ticks()).pack());
            let payload = start.add(HEADER_WORDS);
            fields.head(descriptor.fields, &mut Section::new(payload, layout, layout.words()));
            fields.body(&mut spanning);
            Ok(())
        })
    }
}

/// The subscriptions that want this event, of those of a mask. Counts it for the others.
#[inline(never)]
fn select(tracepoint: &Tracepoint, fields: &dyn Look, mask: u32, stamp: Stamp) -> u32 {
    let losses = tracepoint.losses();
    let (mut wanted, mut slots) = (mask, mask & tracepoint.selective());
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
