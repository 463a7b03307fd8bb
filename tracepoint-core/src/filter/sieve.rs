//! The same choice of events that were recorded.

use std::fmt;

use super::selector::{Choice, Selector};
use super::{Filter, FilterError, Look, Shape};
use crate::gate::Stamp;

/// What is wanted of the events of a tracepoint that were recorded: what a probe would have let through.
#[doc(hidden)]
#[derive(Debug)]
pub struct Sieve(Box<Selector>);

impl Sieve {
    /// Of so many events that match, one; and no more than so many in a second. 0 is for all of them.
    ///
    /// # Errors
    ///
    /// The predicate makes no sense for an event of this name with these fields.
    pub fn new<S: Shape>(
        filter: Option<&Filter>,
        every: u32,
        rate: u32,
        event: &dyn fmt::Display,
        fields: &[(&str, &S)],
    ) -> Result<Self, FilterError> {
        let program = filter.map(|filter| filter.compile_for(event, fields)).transpose()?;
        let selector = Box::new(Selector::new());
        selector.set(OWNER, program.as_ref(), every, rate);
        Ok(Sieve(selector))
    }

    /// Looks at the next event, of a time in nanoseconds.
    pub fn choose(&self, fields: &dyn Look, time: u64) -> Choice {
        self.0.choose_at(fields, OWNER, || time)
    }
}

/// There is no other one.
const OWNER: Stamp = Stamp::from_bits(0);
