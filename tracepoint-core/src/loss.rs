//! What was lost, by cause, exactly.
//!
//! A probe that cannot deliver, or need not, counts the event for each subscription that wanted it: the mask is known
//! by then. The counters of a tracepoint are static memory, one for each slot and cause, so that counting
//! needs no pointer that could go stale. Each counter carries the generation of the subscription that it
//! belongs to; an event fired for an earlier owner of the slot is not charged to the new one (see
//! [`gate`](crate::gate)).

use std::ops::{Add, AddAssign, Sub};
use std::ptr;

use crate::filter::Selector;
use crate::gate::{SLOTS, Stamp};
use crate::ring;
use crate::sync::{AtomicPtr, AtomicU64, Ordering};

/// Events lost, by cause.
///
/// ```
/// use tracepoint_core::Lost;
///
/// let lost = Lost { ring_full: 2, queue_full: 1, ..Lost::default() };
/// assert_eq!(lost.total(), 3);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// No chunk was free in the pool, or the thread had used up its share of it; or events refer to as many
    /// bytes as they may.
    pub ring_full: u64,
    /// Larger than the limit for one event.
    pub too_large: u64,
    /// Fired inside another probe of the same thread: by a signal handler, or an allocator.
    pub nested: u64,
    /// Fired while the thread was being torn down, after its ring was gone.
    pub thread_gone: u64,
    /// The subscription's queue was full: its reader is too slow.
    pub queue_full: u64,
}

impl Lost {
    /// All causes together.
    pub fn total(&self) -> u64 {
        self.ring_full + self.too_large + self.nested + self.thread_gone + self.queue_full
    }

    fn zip(self, other: Lost, combine: impl Fn(u64, u64) -> u64) -> Lost {
        Lost {
            ring_full: combine(self.ring_full, other.ring_full),
            too_large: combine(self.too_large, other.too_large),
            nested: combine(self.nested, other.nested),
            thread_gone: combine(self.thread_gone, other.thread_gone),
            queue_full: combine(self.queue_full, other.queue_full),
        }
    }
}

impl Add for Lost {
    type Output = Lost;
    fn add(self, other: Lost) -> Lost {
        self.zip(other, u64::wrapping_add)
    }
}

impl AddAssign for Lost {
    fn add_assign(&mut self, other: Lost) {
        *self = *self + other;
    }
}

impl Sub for Lost {
    type Output = Lost;
    fn sub(self, other: Lost) -> Lost {
        self.zip(other, u64::wrapping_sub)
    }
}

/// Why a probe did not write an event; the order is that of [`Losses`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    RingFull,
    TooLarge,
    Nested,
    ThreadGone,
    /// Not lost, but not wanted: it did not match the predicate.
    Filtered,
    /// Not wanted either: left out by sampling or the rate.
    SampledOut,
}

const CAUSES: usize = 6;

impl From<ring::Lost> for Cause {
    fn from(lost: ring::Lost) -> Self {
        match lost {
            ring::Lost::RingFull => Cause::RingFull,
            ring::Lost::TooLarge => Cause::TooLarge,
        }
    }
}

/// The counters of one tracepoint, and what its subscriptions want of it.
#[derive(Debug)]
pub struct Losses {
    counters: [[Counter; CAUSES]; SLOTS],
    /// Published with Release: whoever has the pointer sees an initialised selector. Null: all events.
    selectors: [AtomicPtr<Selector>; SLOTS],
}

/// A generation (24 bits) and a count (40 bits). The value is all there is to it, so it is relaxed, but for what tells
/// the drain of losses: see [`control`](crate::control).
#[derive(Debug)]
struct Counter(AtomicU64);

const COUNT_BITS: u32 = u64::BITS - Stamp::BITS;

impl Losses {
    /// Counters at zero, in memory that costs nothing until it is used.
    #[cfg(not(loom))]
    #[doc(hidden)]
    #[allow(clippy::new_without_default, reason = "const")]
    pub const fn new() -> Self {
        Losses {
            counters: [const { [const { Counter(AtomicU64::new(0)) }; CAUSES] }; SLOTS],
            selectors: [const { AtomicPtr::new(ptr::null_mut()) }; SLOTS],
        }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        use std::array::from_fn;
        Losses {
            counters: from_fn(|_| from_fn(|_| Counter(AtomicU64::new(0)))),
            selectors: from_fn(|_| AtomicPtr::new(ptr::null_mut())),
        }
    }

    /// What a subscription wants of the tracepoint, if not all.
    #[inline]
    pub(crate) fn selector(&self, slot: usize) -> Option<&'static Selector> {
        // SAFETY: null, or one of those that `set_selector` got, which live for ever.
        unsafe { self.selectors.get(slot)?.load(Ordering::Acquire).as_ref() }
    }

    /// Says what a subscription wants of the tracepoint, before its gate is opened.
    pub(crate) fn set_selector(&self, slot: usize, selector: Option<&'static Selector>) {
        let pointer = selector.map_or(ptr::null_mut(), |selector| ptr::from_ref(selector).cast_mut());
        self.selectors[slot].store(pointer, Ordering::Release);
    }

    /// Counts an event as not written for each subscription of `mask`.
    #[inline]
    pub(crate) fn count(&self, mask: u32, stamp: Stamp, cause: Cause) {
        let mut slots = mask;
        while slots != 0 {
            let slot = slots.trailing_zeros() as usize;
            slots &= slots - 1;
            self.count_in(slot, stamp, cause);
        }
    }

    /// Counts an event as not written for the subscription of a slot.
    #[inline(always)]
    pub(crate) fn count_in(&self, slot: usize, stamp: Stamp, cause: Cause) {
        if let Some(counters) = self.counters.get(slot) {
            counters[cause as usize].add(stamp);
        }
    }

    /// Whether the counters of a slot belong to a subscription.
    pub(crate) fn belongs_to(&self, slot: usize, owner: Stamp) -> bool {
        self.counters[slot].iter().all(|counter| counter.owner() == owner)
    }

    /// Gives the counters of a slot to a new subscription, at zero. Before its gates are opened.
    pub(crate) fn adopt(&self, slot: usize, owner: Stamp) {
        for counter in &self.counters[slot] {
            counter.0.store(owner.bits() << COUNT_BITS, Ordering::Relaxed);
        }
    }

    /// What a subscription has lost in its probes.
    pub(crate) fn read(&self, slot: usize, owner: Stamp) -> Lost {
        let read = |cause: Cause| self.counters[slot][cause as usize].read(owner);
        Lost {
            ring_full: read(Cause::RingFull),
            too_large: read(Cause::TooLarge),
            nested: read(Cause::Nested),
            thread_gone: read(Cause::ThreadGone),
            queue_full: 0,
        }
    }

    /// How many events a subscription did not want: filtered, and sampled out.
    pub(crate) fn unwanted(&self, slot: usize, owner: Stamp) -> [u64; 2] {
        [Cause::Filtered, Cause::SampledOut].map(|cause| self.counters[slot][cause as usize].read(owner))
    }
}

impl Counter {
    #[inline(always)]
    fn add(&self, stamp: Stamp) {
        let _ = self.0.fetch_update(Ordering::SeqCst, Ordering::Relaxed, |bits| {
            stamp.belongs_to(Stamp::from_bits(bits >> COUNT_BITS)).then_some(bits + 1)
        });
    }

    fn owner(&self) -> Stamp {
        Stamp::from_bits(self.0.load(Ordering::Relaxed) >> COUNT_BITS)
    }

    fn read(&self, owner: Stamp) -> u64 {
        let bits = self.0.load(Ordering::SeqCst);
        if Stamp::from_bits(bits >> COUNT_BITS) == owner { bits & ((1 << COUNT_BITS) - 1) } else { 0 }
    }
}
