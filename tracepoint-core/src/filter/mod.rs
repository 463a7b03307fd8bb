//! Which events of a subscription's tracepoints it wants: a predicate over their fields, sampling, and a
//! rate. All are looked at in the probe, on the values of the caller, before anything is copied.
//!
//! A predicate may come from another process. So it is bounded in size, and compiled to a [program](Program)
//! of bounded work that needs no memory and cannot fail.
//!
//! ```text
//! size > 1000 && message_type == "block"
//! message_type in ["inv", "tx"] || !(peer.inbound)
//! len(payload) >= 0x100 and txid starts_with 0xdeadbeef
//! network == ipv4, ping in 10ms..2s, fee is none
//! ```

mod compile;
mod error;
mod parse;
mod program;
mod selector;
mod shape;
#[cfg(not(loom))]
mod sieve;
mod token;

pub use error::FilterError;
pub(crate) use program::Program;
pub use program::{Look, Seen};
pub use selector::Choice;
pub(crate) use selector::{Selector, Selectors};
pub use shape::{Kind, Shape};
#[cfg(not(loom))]
pub use sieve::Sieve;

use std::fmt::Display;

use crate::Descriptor;

/// A predicate over the fields of events.
///
/// | | |
/// |---|---|
/// | `size > 1000`, `peer.id != 7` | numbers, also of structs within the event |
/// | `ping < 150ms` | durations: `ns`, `us`, `ms`, `s`, `m`, `h` |
/// | `message_type == "block"`, `addr starts_with "10."` | text |
/// | `hash == 0x00ff`, `hash starts_with 0xdead` | data |
/// | `network == ipv6` | enums, by name |
/// | `inbound`, `inbound == false` | truth values |
/// | `size in 10..20`, `size in 10..=20`, `size in [1, 2, 3]` | ranges and lists |
/// | `len(payload) > 1000` | length of a text, of data in bytes, or of a list |
/// | `fee is none` | whether a value is missing; any other test of a missing value fails |
/// | `a && b`, `a \|\| b`, `!a`, `(a)`, or `and`, `or`, `not` | |
///
/// ```
/// use tracepoints::{Event, Filter};
///
/// #[derive(Event)]
/// #[event(provider = "net")]
/// struct Inbound<'a> { size: u64, message_type: &'a str }
///
/// let filter: Filter = "size > 1000 && message_type == \"block\"".parse()?;
/// filter.check(&Inbound::DESCRIPTOR)?;
///
/// let wrong: Filter = "sice > 1000".parse()?;
/// assert!(wrong.check(&Inbound::DESCRIPTOR).unwrap_err().to_string().contains("size"));
/// # Ok::<(), tracepoints::FilterError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    text: String,
    root: parse::Expr,
}

impl Filter {
    /// The longest text of a predicate, in bytes.
    pub const MAX_LEN: usize = 1024;

    /// Whether it makes sense for an event.
    ///
    /// # Errors
    ///
    /// A field that the event does not have, or that is compared with something of another type; or more
    /// tests than a predicate may have.
    pub fn check(&self, descriptor: &Descriptor) -> Result<(), FilterError> {
        self.compile(descriptor).map(drop)
    }

    /// The text that it was made of.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn compile(&self, descriptor: &Descriptor) -> Result<Program, FilterError> {
        let fields: Vec<_> = descriptor.fields.iter().map(|field| (field.name, &field.ty)).collect();
        self.compile_for(descriptor, &fields)
    }

    /// For an event of which only the name and the fields are known.
    fn compile_for<S: Shape>(
        &self,
        event: &dyn Display,
        fields: &[(&str, &S)],
    ) -> Result<Program, FilterError> {
        compile::compile(&self.root, fields).map_err(|problem| {
            let message = format!("{} (event {event})", problem.message);
            FilterError::new(&self.text, problem.at, message)
        })
    }
}

impl std::str::FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let root =
            parse::parse(text).map_err(|problem| FilterError::new(text, problem.at, problem.message))?;
        Ok(Filter { text: text.to_owned(), root })
    }
}
