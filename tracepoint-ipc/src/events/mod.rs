//! Events as a client sees them, in place in the bytes that came.

mod batch;
mod catalog;
mod error;
mod event;
mod fields;
mod memory;
mod value;

pub use batch::{Batch, Events};
pub use catalog::Catalog;
pub use error::EventError;
pub use event::Event;
pub use fields::Fields;
pub(crate) use memory::Memory;
pub use value::Value;
