//! Schemas of any kind.

pub(crate) mod any;
mod compiler;
mod diff;
mod hostile;
mod trip;
