//! The drain: takes what the rings hold, in the order of time, to the subscriptions that want it.
//!
//! It runs under the control lock, driven by whoever likes: an exporter's thread, or a test. Nothing
//! waits for it.

mod join;
mod parts;
mod source;
mod spent;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::clock::Calibration;
use crate::control::{self, Control};
use crate::gate::SLOTS;
use crate::registry::Registry;
use crate::ring::{Consumer, Pool};
use crate::subscription::{Arriving, Feeds};
use crate::wire::{Envelope, PayloadSizes};
use crate::{pool, world};

pub(crate) use spent::Spent;

use parts::deliver_parts;
use source::Source;

/// What a pass of the drain did.
///
/// ```
/// assert_eq!(tracepoint_core::drain::pass().events, 0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pass {
    /// Events taken from the rings.
    pub events: u64,
    /// Bytes of their records, with what these refer to.
    pub bytes: u64,
    /// The pass ended early, lest it keep its caller from other work: there is more to take.
    pub more: bool,
}

/// Takes all events that were fired before the call to the subscriptions, and seals batches that are due.
///
/// ```
/// use tracepoints::{Subscription, drain, tracepoint};
///
/// tracepoint!(doc::step, number: u32 = 0); // nobody listens yet
/// let mut subscription = Subscription::builder().pattern("doc:*").start()?;
/// tracepoint!(doc::step, number: u32 = 1);
/// drain::pass();
/// assert_eq!(subscription.next_batch().expect("an event").count, 1);
/// # Ok::<(), tracepoints::SubscribeError>(())
/// ```
pub fn pass() -> Pass {
    pass_locked(&mut control::lock(), Until::Empty)
}

/// As [`pass`], for who calls it again and again: leaves events that are fired during the pass for the
/// next one, so that those of different threads stay in the order of time from pass to pass, and takes no
/// more than some hundred kilobytes.
///
/// ```
/// tracepoint_core::drain::poll();
/// ```
pub fn poll() -> Pass {
    pass_locked(&mut control::lock(), Until::Now)
}

/// By how much the clocks of two cores may differ.
const SKEW_NANOS: u64 = 100_000;

/// How long a loss may go unnoticed.
const LATE_NANOS: u64 = 100_000_000;

/// Bytes of records that [`poll`] takes, about: a batch with what small events get on the way, which whoever sends it
/// finds in the cache.
const POLL_BYTES: u64 = 320 << 10;

/// Where a pass ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// At events younger than the pass.
    Now,
    /// When nothing is left that was fired before.
    Empty,
}

/// A pass, by who has the lock.
pub(crate) fn pass_locked(control: &mut Control, until: Until) -> Pass {
    if crate::Tracepoint::any_announced() {
        control.refresh();
    }
    let (registry, feeds, drain) = control.parts();
    let Some(shared) = pool::get() else { return Pass::default() };
    // What is lost during the pass comes behind what is fired during it, and that is for the next one.
    let lost = control::any_losses();
    let pass = drain.pass(&shared.pool, registry, feeds, until);
    let now = drain.calibration.latest();
    // Losses come after what the rings hold; while that is not all taken, they are not put in front of it,
    // unless that goes on for long.
    let is_place = !pass.more || now.saturating_sub(drain.noted) > LATE_NANOS;
    if lost && is_place && control::take_losses() {
        drain.noted = now;
        feeds.iter().for_each(|feed| feed.note_losses(registry));
    }
    feeds.iter().for_each(|feed| feed.flush(now));
    pool::rest();
    pass
}

/// The readers of all rings.
#[derive(Default)]
pub(crate) struct Drain {
    sources: Vec<Source>,
    calibration: Calibration,
    /// Sizes of the payloads, by registry index.
    sizes: Vec<PayloadSizes>,
    /// When the feeds last looked at their losses.
    noted: u64,
    /// The oldest record of each ring that has one.
    heads: BinaryHeap<Reverse<(u64, usize)>>,
    /// What consumed records referred to.
    spent: Spent,
}

impl Drain {
    /// Somebody listens, after a time in which nobody did.
    pub(crate) fn wake_up(&mut self, pool: &'static Pool) {
        self.calibration.restart();
        pool.warm_up(pool::WARM_CHUNKS.min(pool.count() / 8));
        self.accept(pool);
        pool::rest();
    }

    /// Nobody listens any more: gives memory back.
    pub(crate) fn idle(&mut self) {
        if let Some(shared) = pool::get() {
            shared.pool.trim();
        }
    }

    /// What is to be dropped when the lock is given back.
    pub(crate) fn spent(&mut self) -> &mut Spent {
        &mut self.spent
    }

    /// Takes in new rings.
    fn accept(&mut self, pool: &'static Pool) {
        while let Some(new) = world::world().new_rings.pop() {
            self.sources.push(Source::new(Consumer::new(new.ring, pool), new.thread));
        }
    }

    fn pass(&mut self, pool: &'static Pool, registry: &Registry, feeds: &mut Feeds, until: Until) -> Pass {
        self.accept(pool);
        for entry in &registry.entries()[self.sizes.len()..] {
            self.sizes.push(PayloadSizes::of(entry.descriptor()));
        }
        // Later records wait for the next pass, lest one thread's be taken before another's older ones.
        let now = self.calibration.update();
        let limited = until == Until::Now;
        let until = match until {
            Until::Now => now,
            // Clocks of two cores may differ by a little, and a busy thread must not keep us for ever.
            Until::Empty => now.saturating_add(self.calibration.ticks_in(SKEW_NANOS)),
        };
        let gone: Vec<usize> = self.close_ended();
        for (place, source) in self.sources.iter_mut().enumerate() {
            self.heads.extend(source.head(until).map(|clock| Reverse((clock, place))));
        }
        let limit = if limited { POLL_BYTES } else { u64::MAX };
        let mut pass = Pass::default();
        while let Some(Reverse((_, place))) = self.heads.pop() {
            if pass.bytes >= limit {
                self.heads.clear();
                return Pass { more: true, ..pass };
            }
            let next = self.heads.peek().map_or(until, |Reverse((clock, _))| *clock);
            self.run(place, next, limit, &mut pass, feeds);
            self.heads.extend(self.sources[place].head(until).map(|clock| Reverse((clock, place))));
        }
        // From the end, so that places stay true.
        for place in gone.into_iter().rev() {
            if self.sources[place].is_empty() {
                self.sources.swap_remove(place).retire();
            }
        }
        pass
    }

    /// Places of rings whose threads are gone. To be asked before looking for records.
    fn close_ended(&self) -> Vec<usize> {
        self.sources
            .iter()
            .enumerate()
            .filter(|(_, source)| source.is_closed())
            .map(|(place, _)| place)
            .collect()
    }

    /// Delivers records of one ring as long as they are not younger than `until`, and as the pass has fewer bytes
    /// than its limit.
    fn run(&mut self, place: usize, until: u64, limit: u64, pass: &mut Pass, feeds: &mut Feeds) {
        let source = &mut self.sources[place];
        while pass.bytes < limit {
            let Some(header) = source.peek(until) else { break };
            pass.events += 1;
            let index = header.tracepoint as usize;
            let time = source.stamp(self.calibration.nanos(header.clock));
            let arriving = Arriving {
                envelope: Envelope {
                    time,
                    sequence: 0,
                    thread: source.thread().id,
                    // There are fewer tracepoints than that.
                    tag: header.tracepoint as u16 + 1,
                    // Unknown sizes: the feeds do not know it either.
                    sizes: self.sizes.get(index).copied().unwrap_or_default(),
                    payload_words: header.payload_words(),
                },
                stamp: header.generation,
                index,
            };
            if header.is_unusual() {
                let words = deliver_parts(source, header, &arriving, feeds, &mut self.spent);
                pass.bytes += words as u64 * 8;
                continue;
            }
            pass.bytes += header.words as u64 * 8;
            let (consumer, thread) = source.parts();
            consumer.consume(header, |payload| {
                for slot in Slots(header.mask) {
                    if let Some(feed) = feeds.get(slot) {
                        feed.deliver(&arriving, thread, payload);
                    }
                }
            });
        }
    }
}

/// The slots of a mask.
struct Slots(u32);

impl Iterator for Slots {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let slot = self.0.trailing_zeros() as usize;
        self.0 &= self.0.wrapping_sub(1);
        (slot < SLOTS).then_some(slot)
    }
}
