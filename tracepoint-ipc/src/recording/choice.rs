//! Which events of a recording are wanted for what is in them, and how many of these.

use std::collections::HashMap;

use tracepoint_core::__filter::{Choice as Chosen, Sieve};
use tracepoint_core::wire::RawEvent;
use tracepoint_core::{Filter, FilterError};

use crate::events::{Catalog, Looked};
use crate::model::TracepointInfo;

/// Events that a [`Reader`](super::Reader) left out, as the traced process would have counted them.
///
/// ```no_run
/// let mut reader = tracepoint_ipc::recording::Reader::open("net.rec")?;
/// reader.select_where("size > 1000")?;
/// reader.by_ref().try_for_each(|batch| batch.map(drop))?;
/// for tracepoint in reader.tracepoints() {
///     println!("{tracepoint}: {} with a size up to 1000", reader.left_out(tracepoint.tag).filtered);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Events that did not match the predicate.
    pub filtered: u64,
    /// Events that matched it, and were too many.
    pub sampled_out: u64,
    /// The size of all of these, in bytes.
    pub bytes: u64,
}

/// All of them, at first.
#[derive(Debug, Default)]
pub(super) struct Choice {
    filter: Option<Filter>,
    every: u32,
    rate: u32,
    /// By tag. None: its events do not have the fields.
    sieves: HashMap<u16, Option<Sieve>>,
    left_out: HashMap<u16, LeftOut>,
}

impl Choice {
    /// From now on, events that match a predicate, which has to make sense for these tracepoints.
    pub(super) fn set_filter<'a>(
        &mut self,
        predicate: &str,
        catalog: &Catalog,
        tracepoints: impl Iterator<Item = &'a TracepointInfo>,
    ) -> Result<(), FilterError> {
        let filter = Some(predicate.parse()?);
        for info in tracepoints {
            sieve(filter.as_ref(), 0, 0, info, catalog).transpose()?;
        }
        self.filter = filter;
        self.sieves.clear();
        Ok(())
    }

    /// From now on, one of so many.
    pub(super) fn set_sample(&mut self, every: u32) {
        self.every = every;
        self.sieves.clear();
    }

    /// From now on, so many in a second.
    pub(super) fn set_rate(&mut self, rate: u32) {
        self.rate = rate;
        self.sieves.clear();
    }

    /// Whether nothing is left out.
    pub(super) fn is_all(&self) -> bool {
        self.filter.is_none() && self.every <= 1 && self.rate == 0
    }

    pub(super) fn left_out(&self, tag: u16) -> LeftOut {
        self.left_out.get(&tag).copied().unwrap_or_default()
    }

    /// Whether an event is wanted. Whoever reads the events is to come across one that is damaged.
    pub(super) fn wants(&mut self, event: &RawEvent<'_>, catalog: &Catalog) -> bool {
        if self.is_all() {
            return true;
        }
        let Some(info) = catalog.tracepoint(event.tag) else { return true };
        let Some(ty) = catalog.event_type(info) else { return true };
        let sieve = self.sieves.entry(event.tag).or_insert_with(|| {
            sieve(self.filter.as_ref(), self.every, self.rate, info, catalog).and_then(Result::ok)
        });
        let Some(sieve) = sieve else { return false };
        let fields = Looked::new(ty, event.payload);
        let chosen = sieve.choose(&fields, event.time);
        if fields.is_damaged() || chosen == Chosen::Wanted {
            return true;
        }
        let left_out = self.left_out.entry(event.tag).or_default();
        left_out.bytes += event.bytes().len() as u64;
        match chosen {
            Chosen::Filtered => left_out.filtered += 1,
            _ => left_out.sampled_out += 1,
        }
        false
    }
}

/// What is wanted of a tracepoint's events; `None` if their type is not known.
fn sieve(
    filter: Option<&Filter>,
    every: u32,
    rate: u32,
    info: &TracepointInfo,
    catalog: &Catalog,
) -> Option<Result<Sieve, FilterError>> {
    let ty = catalog.event_type(info)?;
    let fields: Vec<_> = ty.fields.iter().map(|field| (field.name.as_str(), &field.ty)).collect();
    Some(Sieve::new(filter, every, rate, info, &fields))
}
