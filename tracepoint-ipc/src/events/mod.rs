//! Events as a client sees them, in place in the bytes that came.

mod batch;
mod budget;
mod catalog;
mod error;
mod event;
mod fields;
mod list;
mod look;
mod structure;
mod value;

#[cfg(test)]
mod tests;

pub use batch::{Batch, Events};
pub use catalog::Catalog;
pub use error::EventError;
pub use event::Event;
pub use fields::Fields;
pub use list::{Elements, ListValue};
pub(crate) use look::Looked;
pub use structure::{StructFields, StructValue};
pub use value::Value;
