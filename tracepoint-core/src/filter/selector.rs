//! Where probes find what a subscription wants of a tracepoint.
//!
//! # Why nothing goes stale
//!
//! A probe may be suspended anywhere, and go on when the subscription whose bit it saw is long gone. So the
//! memory of a selector is never given back, only used again, and all of it is atomic: what a late probe
//! reads may be half of one program and half of another, and still leads to an answer in bounded time. The
//! answer does not matter then: its event bears the generation of the subscription that is gone, to which
//! nobody delivers and counts any more. A selector is complete before the gate of its owner is opened, and
//! does not change while the owner lives, so a probe whose event is the owner's reads the owner's program
//! (SYNC gate). The one thing that probes write counts: the place in the sample bears the owner's generation,
//! as counters of losses do, so that a late probe does not shift it. A rate may be charged with a late event;
//! then it lets one less through.

use std::array;

use super::program::{ACCEPT, CONSTANT_WORDS, Look, MAX_PATH, MAX_TESTS, Program, Test};
use crate::gate::Stamp;
use crate::sync::{AtomicU32, AtomicU64, Ordering};

/// What a subscription wants of a tracepoint's events.
#[derive(Debug)]
pub(crate) struct Selector {
    /// Tests, two words each. None: all events match.
    tests: [AtomicU64; MAX_TESTS * 2],
    constants: [AtomicU64; CONSTANT_WORDS],
    has_program: AtomicU32,
    /// Of so many that match, one is wanted. 0 and 1: all.
    every: AtomicU32,
    /// The owner's generation, and the place of the next event that matches among `every`, in 32 bits.
    place: AtomicU64,
    /// Events that are wanted in a second. 0: all.
    rate: AtomicU32,
    /// The second that is counted, in 32 bits, and the events in it.
    second: AtomicU64,
}

/// What becomes of an event.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Wanted,
    Filtered,
    SampledOut,
}

impl Selector {
    pub(crate) fn new() -> Self {
        Selector {
            tests: array::from_fn(|_| AtomicU64::new(0)),
            constants: array::from_fn(|_| AtomicU64::new(0)),
            has_program: AtomicU32::new(0),
            every: AtomicU32::new(0),
            place: AtomicU64::new(0),
            rate: AtomicU32::new(0),
            second: AtomicU64::new(0),
        }
    }

    /// Says what a new owner wants, before its gates are opened. All relaxed: that orders it.
    pub(crate) fn set(&self, owner: Stamp, program: Option<&Program>, every: u32, rate: u32) {
        self.has_program.store(program.is_some().into(), Ordering::Relaxed);
        if let Some(program) = program {
            let words = program.tests.iter().flat_map(|test| test.pack());
            words.zip(&self.tests).for_each(|(word, to)| to.store(word, Ordering::Relaxed));
            program
                .constants
                .iter()
                .zip(&self.constants)
                .for_each(|(word, to)| to.store(*word, Ordering::Relaxed));
        }
        self.every.store(every, Ordering::Relaxed);
        // Not a store: the model checker would let what probes count come behind it.
        self.place.swap(owner.bits() << PLACE_BITS, Ordering::Relaxed);
        self.rate.store(rate, Ordering::Relaxed);
        self.second.store(0, Ordering::Relaxed);
    }

    /// Looks at an event, in its probe.
    #[inline]
    pub(crate) fn choose(&self, fields: &dyn Look, stamp: Stamp) -> Choice {
        self.choose_at(fields, stamp, now)
    }

    /// Looks at an event of a time that is asked for only if it matters.
    #[inline]
    pub(super) fn choose_at(&self, fields: &dyn Look, stamp: Stamp, time: impl FnOnce() -> u64) -> Choice {
        if self.has_program.load(Ordering::Relaxed) != 0 && !self.matches(fields) {
            return Choice::Filtered;
        }
        let (every, rate) = (self.every.load(Ordering::Relaxed), self.rate.load(Ordering::Relaxed));
        if (every > 1 || rate > 0) && !self.is_sampled(every, rate, stamp, time) {
            return Choice::SampledOut;
        }
        Choice::Wanted
    }

    /// Whether an event that matches is one of those that are wanted. Out of line: what it needs is no business of
    /// those that do not match.
    #[inline(never)]
    fn is_sampled(&self, every: u32, rate: u32, stamp: Stamp, time: impl FnOnce() -> u64) -> bool {
        (every <= 1 || self.is_first(every, stamp)) && (rate == 0 || self.is_within(rate, time()))
    }

    /// Runs the program. Each test leads further on, so that it ends even if it is torn.
    #[inline(always)]
    fn matches(&self, fields: &dyn Look) -> bool {
        let word = |at: usize| self.tests[at].load(Ordering::Relaxed);
        let constant = |at: usize| self.constants.get(at).map_or(0, |word| word.load(Ordering::Relaxed));
        let mut at = 0;
        loop {
            let test = Test::unpack([word(at * 2), word(at * 2 + 1)]);
            let path = &test.path[..usize::from(test.path_len).min(MAX_PATH)];
            let next = if test.passes(fields.look(path), constant) { test.then } else { test.otherwise };
            match usize::from(next) {
                next if next > at && next < MAX_TESTS => at = next,
                _ => return next == ACCEPT,
            }
        }
    }

    /// Whether an event that matches is the first of the next `every`. One that is not the owner's is not
    /// counted.
    fn is_first(&self, every: u32, stamp: Stamp) -> bool {
        let counted = self.place.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |bits| {
            let (owner, next) = (bits >> PLACE_BITS, (bits as u32).wrapping_add(1) % every);
            stamp.belongs_to(Stamp::from_bits(owner)).then_some(owner << PLACE_BITS | u64::from(next))
        });
        counted.is_ok_and(|bits| bits as u32 == 0)
    }

    /// Counts an event, if there is room for it in this second.
    fn is_within(&self, rate: u32, time: u64) -> bool {
        // In 32 bits.
        let second = (time / 1_000_000_000) << 32;
        let counted = self.second.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| {
            // Others may be in the next second already.
            match now & !u64::from(u32::MAX) >= second {
                true if now as u32 >= rate => None,
                true => Some(now + 1),
                false => Some(second | 1),
            }
        });
        counted.is_ok()
    }
}

/// Bits below the generation.
const PLACE_BITS: u32 = 32;

/// Models have no clock.
fn now() -> u64 {
    #[cfg(not(loom))]
    return crate::clock::now();
    #[cfg(loom)]
    0
}

/// All selectors there are, under the control lock.
#[derive(Debug, Default)]
pub(crate) struct Selectors {
    free: Vec<&'static Selector>,
    made: usize,
}

/// The most there can be, some 2 MiB.
const MOST: usize = 1024;

impl Selectors {
    /// How many can still be had.
    pub(crate) fn left(&self) -> usize {
        MOST - self.made + self.free.len()
    }

    /// A selector for a new owner; none if all are in use.
    pub(crate) fn take(
        &mut self,
        owner: Stamp,
        program: Option<&Program>,
        every: u32,
        rate: u32,
    ) -> Option<&'static Selector> {
        let selector = self.free.pop().or_else(|| {
            (self.made < MOST).then(|| {
                self.made += 1;
                &*Box::leak(Box::new(Selector::new()))
            })
        })?;
        selector.set(owner, program, every, rate);
        Some(selector)
    }

    /// Takes one back, whose owner is gone.
    pub(crate) fn give(&mut self, selector: &'static Selector) {
        self.free.push(selector);
    }
}
