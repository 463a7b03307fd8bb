//! The hot path: the check, and what happens behind it.

mod detour;
mod glance;
mod handover;
mod unstable;

use std::marker::PhantomData;

use crate::event::{Contiguous, Event, Fields, SHORT_WORDS, Section, Short, Tail};
use crate::gate::{Look, Stamp, UNREGISTERED};
use crate::opaque::opaque;
use crate::ring::record::{HEADER_WORDS, Header};
use crate::{Registration, Tracepoint, clock, control, thread};

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
    if probe.glance() {
        if probe.is_open() {
            probe.emit(&args());
        }
        rejoin();
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

    /// Whether it is worth a closer look. What the caller does then is out of line, as `emit` is cold.
    #[inline(always)]
    pub fn glance(&self) -> bool {
        !cfg!(feature = "off") && E::glance()
    }

    /// The closer look: whether anybody listens.
    #[inline(always)]
    pub fn is_open(&self) -> bool {
        admits::<E>()
    }

    /// Writes the event.
    #[inline(always)]
    pub fn emit(&self, event: &E) {
        emit(event);
    }
}

/// Where all that happens after a glance ends.
///
/// An empty piece of assembly, only met when the gate is open. With it, the code off the fast path has one way in and
/// one way out, so what a function needs for it alone, such as saved registers, it does there.
#[doc(hidden)]
#[inline(always)]
pub fn rejoin() {
    // Not all other machines have stable `asm!`.
    #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
    // SAFETY: does nothing.
    unsafe {
        std::arch::asm!("", options(nomem, nostack, preserves_flags));
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
    let probe = Probe::<E>::new();
    probe.glance() && probe.is_open()
}

/// Whether a gate that is not zero means that somebody listens. Reads it once more, as the first check keeps it in no
/// register.
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

/// The header of an event, but for the time.
#[inline(always)]
fn header<E: Event>(words: usize, mask: u32, generation: Stamp) -> Header {
    Header { words, tracepoint: E::gate().index(), generation, clock: 0, mask }
}

/// Whether all of an event is copied, and it can be lowered as often as one likes: without code of the user, and always
/// to the same.
const fn is_usual<E: Event>() -> bool {
    E::STABLE && E::Lowered::STABLE && E::Lowered::REFERENCES == 0
}

/// Writes an event to the ring of this thread, if it is one of the usual ones and there is room where the thread
/// writes. All else begins anew [elsewhere](detour).
#[cold]
#[inline(never)]
fn emit<E: Event>(event: &E) {
    let look = E::gate().look();
    if const { is_usual::<E>() } && look.is_plain() {
        let tail_words = event.lower().tail_words();
        if tail_words > SHORT_WORDS {
            return emit_long(event, look);
        }
        // SAFETY: the tail is that of the event, and short.
        if unsafe { write(event, look, tail_words, |tail| Short::new(tail)) } {
            return;
        }
    }
    detour::emit(event, look);
}

/// The same with a tail that is not short: what copies it is called.
#[cold]
#[inline(never)]
fn emit_long<E: Event>(event: &E, look: Look) {
    // SAFETY: the tail is that of the event.
    if !unsafe { write(event, look, event.lower().tail_words(), |tail| Contiguous::new(tail)) } {
        detour::emit(event, look);
    }
}

/// Writes an event that is always lowered to the same, if there is room where the thread writes.
///
/// # Safety
///
/// The tail of the event has `tail_words` words, and what `tail` makes of its start can take them.
#[inline(always)]
unsafe fn write<E: Event, T: Tail>(
    event: &E,
    look: Look,
    tail_words: usize,
    tail: impl FnOnce(*mut u64) -> T,
) -> bool {
    let layout = const { E::DESCRIPTOR.layout };
    let words = tail_words.saturating_add(HEADER_WORDS + layout.words());
    let Some(room) = thread::reserve(words) else { return false };
    let header = header::<E>(words, look.mask(), look.stamp());
    // SAFETY: header, struct and tail are `words` words; `fields` are those of the descriptor.
    unsafe {
        let payload = header.write(room.start(), clock::direct_ticks());
        // Once more: it is no code of the user, and until now, nothing but lengths was needed.
        let fields = (*opaque(event)).lower();
        fields.head(const { E::DESCRIPTOR.fields }, &mut Section::new(payload, layout, layout.words()));
        fields.body(&mut tail(payload.add(layout.words())));
        room.commit();
    }
    true
}
