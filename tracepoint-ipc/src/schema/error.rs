//! What can be wrong with a schema that another process sends.

use std::fmt;

/// A schema that cannot be used.
///
/// ```
/// use tracepoint_ipc::schema::{Schema, SchemaError};
///
/// assert!(matches!(Schema::from_nodes(Vec::new()), Err(SchemaError::NoEvent)));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SchemaError {
    /// A node is not what `schema.capnp` says.
    Malformed(capnp::Error),
    /// A name is not UTF-8.
    NotText(std::str::Utf8Error),
    /// More types, or more members of a type, than any program has.
    TooLarge,
    /// A field lies behind the end of every possible struct.
    BadOffset,
    /// The struct `Event` is not among the nodes.
    NoEvent,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the schema of the process cannot be used: ")?;
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::NotText(error) => error.fmt(f),
            Self::TooLarge => f.write_str("it has too many types or fields"),
            Self::BadOffset => f.write_str("a field has an impossible offset"),
            Self::NoEvent => f.write_str("it does not describe the struct Event"),
        }
    }
}

impl std::error::Error for SchemaError {}

impl From<capnp::Error> for SchemaError {
    fn from(error: capnp::Error) -> Self {
        Self::Malformed(error)
    }
}

impl From<capnp::NotInSchema> for SchemaError {
    fn from(error: capnp::NotInSchema) -> Self {
        Self::Malformed(error.into())
    }
}

impl From<std::str::Utf8Error> for SchemaError {
    fn from(error: std::str::Utf8Error) -> Self {
        Self::NotText(error)
    }
}
