//! The one check that a probe makes when nobody listens.
//!
//! # Orderings
//!
//! The fast path reads the gate *relaxed*. That is enough:
//! - The value only decides whether to look closer. Nothing is read that another thread wrote before it
//!   opened the gate: the slow path loads it again, with `Acquire`.
//! - A relaxed load sees a new mask "soon", which is all that switching on promises. Switching off does
//!   not rely on probes seeing it at all: see below.
//!
//! # Whom an event belongs to
//!
//! A bit of the mask is a subscription *slot*, and slots are used again. A probe may have read a mask,
//! been suspended, and go on when that slot has a new owner. So each subscription has a *generation*, and in one
//! word with its mask, a gate has the latest one as of when it was last opened: the *stamp* of an event. Control
//! closes the gates of the old owner before it begins the generation of the new one. Therefore:
//! - a stamp of at least the owner's generation proves that the mask was read after the old owner's
//!   gates were closed: the bit is the owner's;
//! - a lower stamp means that the event was fired for the owner's predecessor. It is not the owner's and is not
//!   counted either.
//!
//! Nobody has to wait for probes in flight, and a probe never follows a pointer to a subscription.

use std::sync::atomic;

use crate::sync::{AtomicU32, AtomicU64, Ordering};

/// Bit that makes a probe look closer. Alone, until a tracepoint is registered, so that its first hit finds out;
/// with bits of slots, if one of their subscriptions does not want all events.
const CLOSER: u32 = i32::MIN as u32;

/// The mask of a tracepoint that is not registered yet.
pub(crate) const UNREGISTERED: u32 = CLOSER;

/// Subscriptions that can be active at once: one bit each, below [`CLOSER`].
pub(crate) const SLOTS: usize = 31;

/// All that a probe reads of one logical tracepoint before it writes: who listens, above all.
///
/// Gates live in a linker section of their own, apart from anything that is written often.
#[derive(Debug)]
#[repr(C)]
pub struct Gate {
    /// A [`Look`]: one bit for each subscription that wants the tracepoint, zero when nobody listens, and the latest
    /// generation when it was last opened.
    look: AtomicU64,
    /// Place in the registry; [`NO_INDEX`] before. Written under the control lock, before the gate is
    /// opened, whose SYNC covers it.
    index: AtomicU32,
    /// Slots whose subscriptions do not want all events. Written before their bits are, whose SYNC covers it.
    selective: AtomicU32,
}

const NO_INDEX: u32 = u32::MAX;

impl Gate {
    /// The gate of a tracepoint that is not registered yet.
    #[cfg(not(loom))]
    #[doc(hidden)]
    pub const fn unregistered() -> Self {
        Gate {
            look: AtomicU64::new(UNREGISTERED as u64),
            index: AtomicU32::new(NO_INDEX),
            selective: AtomicU32::new(0),
        }
    }

    #[cfg(loom)]
    pub(crate) fn closed() -> Self {
        Gate { look: AtomicU64::new(0), index: AtomicU32::new(NO_INDEX), selective: AtomicU32::new(0) }
    }

    /// The fast check.
    #[inline(always)]
    pub(crate) fn glance(&self) -> u32 {
        Look(self.look.load(Ordering::Relaxed)).mask()
    }

    /// Who listens, ordered after all that happened before the gate was opened (SYNC gate).
    #[inline(always)]
    pub(crate) fn look(&self) -> Look {
        Look(self.look.load(Ordering::Acquire))
    }

    /// The place in the registry, once the gate was open.
    #[inline(always)]
    pub(crate) fn index(&self) -> u32 {
        self.index.load(Ordering::Relaxed)
    }

    /// Slots of a mask whose subscriptions do not want all events.
    #[inline]
    pub(crate) fn selective(&self, slots: u32) -> u32 {
        slots & self.selective.load(Ordering::Relaxed)
    }

    /// Adds the bit of a slot (SYNC gate), when `latest` is the latest generation. Who opens or closes holds the
    /// control lock; the tracepoint is registered, so nobody else writes.
    pub(crate) fn open(&self, slot: usize, latest: Stamp, is_selective: bool) {
        let bit = 1 << slot;
        let selective = self.selective.load(Ordering::Relaxed) & !bit | if is_selective { bit } else { 0 };
        self.selective.store(selective, Ordering::Relaxed);
        self.set(self.slots() | bit, latest);
    }

    /// Takes the bit of a slot away.
    pub(crate) fn close(&self, slot: usize) {
        self.set(self.slots() & !(1 << slot), self.look().stamp());
    }

    fn slots(&self) -> u32 {
        self.look().slots()
    }

    fn set(&self, slots: u32, stamp: Stamp) {
        let closer = if self.selective(slots) == 0 { 0 } else { CLOSER };
        self.look.store(u64::from(slots | closer) | stamp.bits() << 32, Ordering::Release);
    }

    /// Closes it for all, as of before it was registered. Only in a forked child.
    pub(crate) fn unregister(&self) {
        self.index.store(NO_INDEX, Ordering::Relaxed);
        self.look.store(UNREGISTERED.into(), Ordering::Relaxed);
    }

    /// Marks the tracepoint as registered. True for the first caller.
    pub(crate) fn register(&self) -> bool {
        self.look.compare_exchange(UNREGISTERED.into(), 0, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Gives the tracepoint its place in the registry.
    pub(crate) fn set_index(&self, index: u16) {
        self.index.store(u32::from(index), Ordering::Relaxed);
        self.register();
    }

    /// The place in the registry, if it has one.
    pub(crate) fn registered_index(&self) -> Option<u16> {
        u16::try_from(self.index.load(Ordering::Relaxed)).ok()
    }
}

/// What a probe reads of a gate: a mask, and above it a stamp.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look(u64);

impl Look {
    /// The mask; slots and nothing else, if it [is plain](Self::is_plain).
    #[inline(always)]
    pub(crate) fn mask(self) -> u32 {
        self.0 as u32
    }

    /// Whether somebody listens, and all who do want all events.
    #[inline(always)]
    pub(crate) fn is_plain(self) -> bool {
        self.mask() as i32 > 0
    }

    /// Slots of those that listen.
    #[inline(always)]
    pub(crate) fn slots(self) -> u32 {
        self.mask() & !CLOSER
    }

    /// Whose events these are.
    #[inline(always)]
    pub(crate) fn stamp(self) -> Stamp {
        Stamp((self.0 >> 32) as u32)
    }
}

/// Counts subscriptions. Only used under the control lock, so all is relaxed.
#[derive(Debug)]
pub(crate) struct Generation(atomic::AtomicU32);

/// A generation as it travels: 24 bits, compared around the wrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp(u32);

impl Generation {
    pub(crate) const fn new() -> Self {
        Generation(atomic::AtomicU32::new(0))
    }

    /// Begins the next generation.
    pub(crate) fn next(&self) -> Stamp {
        self.0.fetch_add(1, Ordering::Relaxed);
        self.latest()
    }

    /// The generation that was begun last.
    pub(crate) fn latest(&self) -> Stamp {
        Stamp(self.0.load(Ordering::Relaxed) & Stamp::MASK)
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
