//! Which events of its tracepoints a subscription wants.

use super::SubscribeError;
use crate::Descriptor;
use crate::filter::{Filter, FilterError, Selector, Selectors};
use crate::gate::Stamp;
use crate::registry::Entry;

/// A predicate, one of so many that match, and so many in a second.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choice {
    /// As it was given; checked when the subscription starts.
    pub(crate) filter: Option<Result<Filter, FilterError>>,
    pub(crate) every: u32,
    pub(crate) rate: u32,
}

impl Choice {
    /// Whether all are wanted.
    pub(crate) fn is_all(&self) -> bool {
        self.filter.is_none() && self.every <= 1 && self.rate == 0
    }

    /// Whether it makes sense for these tracepoints, and whether there is room for it.
    pub(crate) fn check<'e>(
        &self,
        entries: impl Iterator<Item = &'e Entry>,
        selectors: &Selectors,
    ) -> Result<(), SubscribeError> {
        if self.is_all() {
            return Ok(());
        }
        let mut count = 0;
        for entry in entries {
            self.filter.clone().transpose()?.map_or(Ok(()), |filter| filter.check(entry.descriptor()))?;
            count += 1;
        }
        // Also without any tracepoint yet.
        self.filter.clone().transpose()?;
        if count > selectors.left() {
            return Err(SubscribeError::TooManyChosen { limit: selectors.left() });
        }
        Ok(())
    }

    /// A selector for a tracepoint; none if its events do not have the fields, or if there is none left.
    pub(crate) fn selector(
        &self,
        owner: Stamp,
        descriptor: &Descriptor,
        selectors: &mut Selectors,
    ) -> Option<&'static Selector> {
        let program = match &self.filter {
            None => None,
            Some(filter) => Some(filter.as_ref().ok()?.compile(descriptor).ok()?),
        };
        selectors.take(owner, program.as_ref(), self.every, self.rate)
    }
}
