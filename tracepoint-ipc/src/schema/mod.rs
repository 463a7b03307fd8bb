//! The schema of events, as it is known at run time.
//!
//! Every exporter can describe its events as [`schema.capnp`](https://capnproto.org/language.html) nodes: the
//! form that the schema loaders of Cap'n Proto libraries take. A [`Schema`] is the same in a form to work with.

mod emit;
mod error;
mod limits;
mod naming;
mod parse;
mod text;
mod types;

pub use error::SchemaError;
pub use types::{EnumInfo, EventType, FieldInfo, FieldType, Schema, VariantInfo};

pub(crate) use emit::emit;

/// The id of the struct `Event`, the root of every message in a batch.
pub const EVENT_ID: u64 = 0xe5b1_c07a_93d2_4f68;
