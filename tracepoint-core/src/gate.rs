//! The one check that a probe makes when nobody listens.
//!
//! # Orderings
//!
//! The fast path reads the mask *relaxed*. That is enough:
//! - The value only decides whether to look closer. Nothing is read that another thread wrote before it
//!   opened the gate: the slow path loads the mask again, with `Acquire`.
//! - A relaxed load sees a new mask "soon", which is all that switching on promises. Switching off does
//!   not rely on probes seeing it at all: see [`Generation`].
//!
//! # Whom an event belongs to
//!
//! A bit of the mask is a subscription *slot*, and slots are used again. A probe may have read a mask,
//! been suspended, and go on when that slot has a new owner. So each subscription has a *generation*,
//! counted by [`Generation`], and a probe stamps its event with the generation that it read **before**
//! the mask. Control closes the gates of the old owner, then publishes the new generation, then opens
//! the gates of the new one, in that order, the last two with `Release`. Therefore:
//! - a stamp of at least the owner's generation proves that the mask was read after the old owner's
//!   gates were closed: the bit is the owner's;
//! - a lower stamp means that the event was fired while the subscription was being made, or for its
//!   predecessor. It is not the owner's and is not counted either.
//!
//! Nobody has to wait for probes in flight, and a probe never follows a pointer to a subscription.

use crate::sync::{AtomicU32, Ordering};

/// Bit that is set until a tracepoint is registered, so that its first hit looks closer.
pub(crate) const UNREGISTERED: u32 = 1 << 31;

/// Subscriptions that can be active at once: one bit each, below [`UNREGISTERED`].
pub(crate) const SLOTS: usize = 31;

/// The mask of one logical tracepoint: one bit for each subscription that wants it, zero when nobody
/// listens.
///
/// Gates live in a linker section of their own, apart from anything that is written.
#[derive(Debug)]
#[repr(transparent)]
pub struct Gate(AtomicU32);

impl Gate {
    /// The gate of a tracepoint that is not registered yet.
    #[cfg(not(loom))]
    #[doc(hidden)]
    pub const fn unregistered() -> Self {
        Gate(AtomicU32::new(UNREGISTERED))
    }

    #[cfg(loom)]
    pub(crate) fn closed() -> Self {
        Gate(AtomicU32::new(0))
    }

    /// The fast check.
    #[inline(always)]
    pub(crate) fn glance(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// The mask, ordered after all that happened before it was set (SYNC gate).
    #[inline(always)]
    pub(crate) fn look(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }

    /// Adds the bit of a slot (SYNC gate).
    pub(crate) fn open(&self, slot: usize) {
        self.0.fetch_or(1 << slot, Ordering::Release);
    }

    /// Takes the bit of a slot away. Relaxed: the next generation's Release orders it before all that the
    /// slot's next owner does.
    pub(crate) fn close(&self, slot: usize) {
        self.0.fetch_and(!(1 << slot), Ordering::Relaxed);
    }

    /// Closes it for all, as of before it was registered. Only in a forked child.
    pub(crate) fn unregister(&self) {
        self.0.store(UNREGISTERED, Ordering::Relaxed);
    }

    /// Marks the tracepoint as registered. True for the first caller.
    pub(crate) fn register(&self) -> bool {
        self.0.fetch_and(!UNREGISTERED, Ordering::AcqRel) & UNREGISTERED != 0
    }
}

/// Counts subscriptions. 24 bits of it travel with each event.
#[derive(Debug)]
pub(crate) struct Generation(AtomicU32);

/// A generation as it travels: 24 bits, compared around the wrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp(u32);

impl Generation {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Generation(AtomicU32::new(0))
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Generation(AtomicU32::new(0))
    }

    /// The stamp of an event. To be read before the mask (SYNC generation).
    #[inline(always)]
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp(self.0.load(Ordering::Acquire) & Stamp::MASK)
    }

    /// Begins the next generation (SYNC generation). Its caller holds the control lock.
    pub(crate) fn next(&self) -> Stamp {
        Stamp(self.0.fetch_add(1, Ordering::AcqRel).wrapping_add(1) & Stamp::MASK)
    }
}

impl Stamp {
    pub(crate) const BITS: u32 = 24;
    const MASK: u32 = (1 << Self::BITS) - 1;

    #[inline(always)]
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Stamp(bits as u32 & Self::MASK)
    }

    #[inline(always)]
    pub(crate) const fn bits(self) -> u64 {
        self.0 as u64
    }

    /// Whether an event with this stamp was fired for a subscription of generation `owner`.
    #[inline(always)]
    pub(crate) const fn belongs_to(self, owner: Stamp) -> bool {
        self.0.wrapping_sub(owner.0) & Self::MASK < 1 << (Self::BITS - 1)
    }
}
