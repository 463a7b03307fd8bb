//! Between the messages of the interface and the types of both sides.

pub(crate) mod read;
pub(crate) mod write;
