//! The drain's side of a subscription: it copies events into batches and counts what it cannot.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::Lease;
use super::batch::{Batch, Gap, Queue};
use super::choice::Choice;
use super::pattern::Patterns;
use super::policy::Policy;
use super::stats::{Counts, SubscriptionStats, TracepointStats};
use crate::control;
use crate::filter::{Selector, Selectors};
use crate::gate::Stamp;
use crate::registry::{Entry, Registry};
use crate::wire::{ENVELOPE_WORDS, Envelope};
use crate::{Lost, ThreadInfo};

/// Bounds of a subscription.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) queue_bytes: usize,
    pub(crate) batch_bytes: usize,
    pub(crate) flush: Duration,
    pub(crate) policy: Policy,
}

/// An event on its way from a ring to the subscriptions, without its payload.
#[derive(Debug)]
pub(crate) struct Arriving {
    /// Without its sequence number, which each subscription gives.
    pub(crate) envelope: Envelope,
    pub(crate) stamp: Stamp,
    pub(crate) index: usize,
}

/// One subscription, under the control lock.
#[derive(Debug)]
pub(crate) struct Feed {
    lease: Lease,
    patterns: Patterns,
    choice: Choice,
    bounds: Bounds,
    /// By registry index.
    wanted: Vec<bool>,
    /// Where probes find the choice, by registry index.
    selectors: Vec<Option<&'static Selector>>,
    counts: Vec<Counts>,
    sequence: u64,
    open: Batch,
    /// Bytes that can be appended to the open batch without looking at any bound.
    room: usize,
    /// When the first event came into the open batch, in nanoseconds.
    opened: u64,
    /// Lost since the last batch.
    gaps: Vec<Gap>,
    threads: HashSet<u32>,
    last_thread: u32,
    queue: Arc<Queue>,
}

impl Feed {
    pub(crate) fn new(
        lease: Lease,
        patterns: Patterns,
        choice: Choice,
        bounds: Bounds,
        queue: Arc<Queue>,
    ) -> Self {
        let open = queue.blank();
        Feed {
            lease,
            patterns,
            choice,
            bounds,
            wanted: Vec::new(),
            selectors: Vec::new(),
            counts: Vec::new(),
            sequence: 0,
            open,
            room: 0,
            opened: 0,
            gaps: Vec::new(),
            threads: HashSet::new(),
            last_thread: 0,
            queue,
        }
    }

    /// Opens the gates of a tracepoint, if it is wanted. Not if it has no fields for the predicate.
    pub(crate) fn admit(&mut self, index: usize, entry: &Entry, selectors: &mut Selectors) {
        if self.wanted.len() <= index {
            self.wanted.resize(index + 1, false);
            self.selectors.resize(index + 1, None);
            self.counts.resize(index + 1, Counts::default());
        }
        if !self.patterns.matches(&entry.name) {
            return;
        }
        if !self.choice.is_all() && self.selectors[index].is_none() {
            self.selectors[index] = self.choice.selector(self.lease.owner, entry.descriptor(), selectors);
            if self.selectors[index].is_none() {
                return;
            }
        }
        self.wanted[index] = true;
        self.counts[index].matched = true;
        for site in &entry.sites {
            // Counters that this subscription used before go on.
            if !site.losses().belongs_to(self.lease.slot, self.lease.owner) {
                site.losses().adopt(self.lease.slot, self.lease.owner);
            }
            site.open(self.lease.slot, control::GENERATION.latest(), self.selectors[index]);
        }
    }

    /// Closes the gates of a tracepoint.
    fn dismiss(&mut self, index: usize, entry: &Entry) {
        if std::mem::take(&mut self.wanted[index]) {
            entry.sites.iter().for_each(|site| site.gate().close(self.lease.slot));
        }
    }

    /// Closes all gates.
    pub(crate) fn dismiss_all(&mut self, registry: &Registry) {
        for (index, entry) in registry.entries().iter().enumerate().take(self.wanted.len()) {
            self.dismiss(index, entry);
        }
    }

    /// Goes over to other patterns.
    pub(crate) fn change(&mut self, patterns: Patterns, registry: &Registry, selectors: &mut Selectors) {
        self.patterns = patterns;
        for (index, entry) in registry.entries().iter().enumerate() {
            if self.patterns.matches(&entry.name) {
                self.admit(index, entry, selectors);
            } else if index < self.wanted.len() {
                self.dismiss(index, entry);
            }
        }
    }

    /// The selectors that it has no more use for.
    pub(crate) fn selectors(&mut self) -> impl Iterator<Item = &'static Selector> {
        self.selectors.drain(..).flatten()
    }

    pub(crate) fn choice(&self) -> &Choice {
        &self.choice
    }

    pub(crate) fn wants(&self, index: usize) -> bool {
        self.wanted.get(index).is_some_and(|wanted| *wanted)
    }

    /// Delivers an event, unless it is not for this subscription, or lost.
    #[inline]
    pub(crate) fn deliver(&mut self, event: &Arriving, thread: &ThreadInfo, payload: &[u64]) {
        if self.begin(event, thread) {
            self.open.append(payload);
        }
    }

    /// Begins to deliver an event: writes what comes before the payload. False if it is not for this
    /// subscription, or lost.
    #[inline]
    pub(crate) fn begin(&mut self, event: &Arriving, thread: &ThreadInfo) -> bool {
        if !event.stamp.belongs_to(self.lease.owner) || event.index >= self.counts.len() {
            return false;
        }
        let sequence = self.sequence;
        self.sequence += 1;
        let bytes = (ENVELOPE_WORDS + event.envelope.payload_words) * 8;
        if bytes > self.room && !self.make_room(event, bytes) {
            return false;
        }
        self.room -= bytes;
        if thread.id != self.last_thread {
            self.introduce(thread);
        }
        let counts = &mut self.counts[event.index];
        counts.delivered += 1;
        counts.delivered_bytes += bytes as u64;
        self.open.count += 1;
        self.open.append(&(Envelope { sequence, ..event.envelope }).words().map(u64::to_le));
        true
    }

    /// Appends a part of the payload of the event that was begun.
    pub(crate) fn go_on(&mut self, part: &[u8]) {
        self.open.events.append(part);
    }

    /// Finds out how much can be appended to the open batch, or to the next one. False if the event of so many
    /// bytes is lost.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, event: &Arriving, bytes: usize) -> bool {
        let is_full = self.open.events.len() + bytes > self.bounds.batch_bytes;
        if self.bounds.policy == Policy::KeepNewest {
            self.evict(bytes);
        }
        let free = self.free();
        // Without a place for the open batch, there is none for what comes behind a gap either.
        if bytes > free || (is_full || !self.gaps.is_empty()) && !self.turn_over(false) {
            self.counts[event.index].queue_full += 1;
            self.gap(event.index, Lost { queue_full: 1, ..Lost::default() });
            return false;
        }
        if self.open.count == 0 {
            self.opened = event.envelope.time;
        }
        let left = self.bounds.batch_bytes.saturating_sub(self.open.events.len());
        // An event that is larger than a batch gets one of its own.
        self.room = left.min(free).max(bytes);
        self.open.events.reserve(self.room);
        true
    }

    /// Bytes that the queue can take.
    fn free(&self) -> usize {
        self.bounds.queue_bytes.saturating_sub(self.queue.bytes() + self.open.events.len())
    }

    /// Loses the oldest batches until there is room for an event of so many bytes, if it can have any.
    fn evict(&mut self, bytes: usize) {
        if bytes + self.open.events.len() > self.bounds.queue_bytes {
            return;
        }
        while bytes > self.free() || !self.queue.has_place(false) {
            let Some(evicted) = self.queue.evict() else { return };
            for lost in evicted {
                let Some(counts) = self.counts.get_mut(usize::from(lost.tag).wrapping_sub(1)) else {
                    continue;
                };
                counts.delivered -= lost.events;
                counts.delivered_bytes -= lost.bytes;
                counts.queue_full += lost.events;
            }
        }
    }

    /// A thread whose name the subscriber may not know.
    #[cold]
    fn introduce(&mut self, thread: &ThreadInfo) {
        self.last_thread = thread.id;
        if self.threads.insert(thread.id) {
            self.open.threads.push(thread.clone());
        }
    }

    /// Notes a loss; what comes behind it belongs into the next batch.
    fn gap(&mut self, index: usize, lost: Lost) {
        self.room = 0;
        let tag = index as u16 + 1;
        match self.gaps.iter_mut().find(|gap| gap.tag == tag) {
            Some(gap) => gap.lost += lost,
            None => self.gaps.push(Gap { tag, lost }),
        }
    }

    /// Looks at the probes' loss counters: what is new becomes a gap behind the events so far.
    pub(crate) fn note_losses(&mut self, registry: &Registry) {
        for (index, entry) in registry.entries().iter().enumerate().take(self.counts.len()) {
            let now = entry.sites.iter().fold(Lost::default(), |sum, site| {
                sum + site.losses().read(self.lease.slot, self.lease.owner)
            });
            let new = now - self.counts[index].probes;
            if new.total() > 0 {
                self.counts[index].probes = now;
                self.sequence += new.total();
                self.gap(index, new);
            }
        }
    }

    /// Seals the open batch if it has events, and puts pending gaps into the next one. False if there is
    /// no place for it.
    fn turn_over(&mut self, is_end: bool) -> bool {
        let turned = self.open.is_empty() || self.seal(is_end);
        if turned {
            self.open.gaps.append(&mut self.gaps);
        }
        turned
    }

    /// Hands the open batch over. False if there is no place for it.
    fn seal(&mut self, is_end: bool) -> bool {
        if !self.queue.has_place(is_end) {
            return false;
        }
        self.open.tracepoints = self.counts.len() as u32;
        self.room = 0;
        self.queue.push(std::mem::replace(&mut self.open, self.queue.blank()));
        true
    }

    /// At the end of a pass: seals what waited long enough. While the subscriber is busy with earlier
    /// batches, the open one goes on to fill, until it is large enough: with all of the next pass, it would be too large.
    pub(crate) fn flush(&mut self, now: u64) {
        let is_enough = self.open.events.len() >= self.bounds.batch_bytes / 2;
        if self.open.is_empty() && self.gaps.is_empty() || !self.queue.is_empty() && !is_enough {
            return;
        }
        let waited = now.saturating_sub(self.opened);
        if self.open.count == 0 || u128::from(waited) >= self.bounds.flush.as_nanos() {
            self.finish(false);
        }
    }

    /// Seals all there is. At the end of the stream, there is a place for it in any case.
    pub(crate) fn finish(&mut self, is_end: bool) {
        let turned = self.gaps.is_empty() || self.turn_over(is_end);
        if turned && !self.open.is_empty() {
            self.seal(is_end);
        }
    }

    pub(crate) fn lease(&self) -> Lease {
        self.lease
    }

    pub(crate) fn stats(&self, registry: &Registry) -> SubscriptionStats {
        let tracepoints = self
            .counts
            .iter()
            .zip(registry.entries())
            .enumerate()
            .filter(|(_, (counts, _))| counts.matched)
            .map(|(index, (counts, entry))| {
                let (filtered, sampled_out) = self.unwanted(entry);
                TracepointStats {
                    tag: index as u16 + 1,
                    tracepoint: entry.tracepoint(),
                    offered: counts.offered() + filtered + sampled_out,
                    delivered: counts.delivered,
                    delivered_bytes: counts.delivered_bytes,
                    filtered,
                    sampled_out,
                    lost: counts.lost(),
                }
            })
            .collect();
        let queued_bytes = self.queue.bytes() + self.open.events.len();
        SubscriptionStats { tracepoints, queued_bytes, queue_bytes: self.bounds.queue_bytes }
    }

    /// Events of a tracepoint that were filtered, and those that were sampled out.
    fn unwanted(&self, entry: &Entry) -> (u64, u64) {
        let sites = entry.sites.iter().map(|site| site.losses().unwanted(self.lease.slot, self.lease.owner));
        sites.fold((0, 0), |(filtered, sampled_out), [f, s]| (filtered + f, sampled_out + s))
    }
}
