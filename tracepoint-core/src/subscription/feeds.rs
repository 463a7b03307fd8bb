//! The active subscriptions by slot.

use super::feed::Feed;
use super::{Lease, SubscribeError};
use crate::filter::Selectors;
use crate::gate::SLOTS;
use crate::registry::Registry;

/// One place for each bit of a gate.
#[derive(Debug, Default)]
pub(crate) struct Feeds {
    slots: [Option<Box<Feed>>; SLOTS],
    count: usize,
    /// Where to look for a free slot first: the one that has been free for long.
    next: usize,
    /// Where probes find what subscriptions want.
    selectors: Selectors,
}

impl Feeds {
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn get(&mut self, slot: usize) -> Option<&mut Feed> {
        self.slots.get_mut(slot)?.as_deref_mut()
    }

    /// The feed of a subscription; `None` if that was made before a fork.
    pub(crate) fn of(&mut self, lease: Lease) -> Option<&mut Feed> {
        self.get(lease.slot).filter(|feed| feed.lease() == lease)
    }

    /// A slot that nobody has.
    pub(crate) fn free_slot(&mut self) -> Result<usize, SubscribeError> {
        let slot = (0..SLOTS)
            .map(|step| (self.next + step) % SLOTS)
            .find(|slot| self.slots[*slot].is_none())
            .ok_or(SubscribeError::TooMany { limit: SLOTS })?;
        self.next = (slot + 1) % SLOTS;
        Ok(slot)
    }

    pub(crate) fn insert(&mut self, feed: Feed) {
        let slot = feed.lease().slot;
        self.count += usize::from(self.slots[slot].replace(Box::new(feed)).is_none());
    }

    pub(crate) fn remove(&mut self, lease: Lease) -> Option<Box<Feed>> {
        let mut feed = self.slots.get_mut(lease.slot)?.take_if(|feed| feed.lease() == lease)?;
        self.count -= 1;
        feed.selectors().for_each(|selector| self.selectors.give(selector));
        Some(feed)
    }

    /// The feed of a subscription, and the selectors.
    pub(crate) fn with_selectors(&mut self, lease: Lease) -> Option<(&mut Feed, &mut Selectors)> {
        let feed = self.slots.get_mut(lease.slot)?.as_deref_mut().filter(|feed| feed.lease() == lease)?;
        Some((feed, &mut self.selectors))
    }

    pub(crate) fn selectors(&mut self) -> &mut Selectors {
        &mut self.selectors
    }

    pub(crate) fn iter(&mut self) -> impl Iterator<Item = &mut Feed> {
        self.slots.iter_mut().filter_map(|slot| slot.as_deref_mut())
    }

    /// A tracepoint is new, or has a new site.
    pub(crate) fn admit(&mut self, registry: &Registry, index: usize) {
        if let Some(entry) = registry.entries().get(index) {
            let feeds = self.slots.iter_mut().filter_map(|slot| slot.as_deref_mut());
            feeds.for_each(|feed| feed.admit(index, entry, &mut self.selectors));
        }
    }
}
