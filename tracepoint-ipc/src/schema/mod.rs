//! The schema of events, as it is known at run time.
//!
//! Every exporter can describe its events as [`schema.capnp`](https://capnproto.org/language.html) nodes: the
//! form that the schema loaders of Cap'n Proto libraries take. A [`Schema`] is the same in a form to work with.

mod control;
mod diff;
mod dump;
mod emit;
mod error;
mod field;
mod kind;
mod limits;
mod naming;
mod nested;
mod parse;
mod reach;
mod shape;
mod text;
mod types;

#[cfg(test)]
pub(crate) mod tests;

pub use diff::{Change, SchemaDiff};
pub use dump::{DumpError, SchemaDump};
pub use error::SchemaError;
pub use field::{FieldInfo, FieldType};
pub use nested::{EnumInfo, StructInfo, VariantInfo};
pub use types::{EventType, Schema};

pub(crate) use emit::emit;

/// The id of the struct `Event`, the root of every message in a batch.
pub const EVENT_ID: u64 = 0xe5b1_c07a_93d2_4f68;
