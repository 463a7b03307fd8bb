//! Schemas of any kind.

mod any;
mod compiler;
mod hostile;
mod trip;
