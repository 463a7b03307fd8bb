//! Schemas of any kind.

pub(crate) mod any;
mod compiler;
mod hostile;
mod trip;
