//! References of records that were consumed, on their way to be dropped.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::pool::Shared;
use crate::ring::reference::Reference;

/// References that the drain is done with. Dropping one may run code of the user, so whoever holds the
/// control lock drops them after it (see [`Locked`](crate::control::Locked)).
///
/// There are never more than the bound of referenced bytes allows, as they count until they are dropped.
#[derive(Default)]
pub(crate) struct Spent {
    references: Vec<Reference>,
    /// Where they count.
    shared: Option<&'static Shared>,
}

impl Spent {
    pub(super) fn push(&mut self, reference: Reference, shared: Option<&'static Shared>) {
        self.references.push(reference);
        self.shared = shared;
    }

    pub(super) fn len(&self) -> usize {
        self.references.len()
    }

    /// Those from a place on.
    pub(super) fn since(&self, place: usize) -> &[Reference] {
        &self.references[place..]
    }
}

impl Drop for Spent {
    fn drop(&mut self) {
        // All at once at the end: probes write the count too.
        let mut bytes = 0;
        for reference in self.references.drain(..) {
            bytes += reference.bytes().len();
            // A destructor that panics is not the business of whoever drains.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(reference)));
        }
        if let Some(shared) = self.shared {
            shared.release(bytes);
        }
    }
}
