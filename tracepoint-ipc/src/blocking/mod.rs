//! The client without an event loop of your own, for simple tools.
//!
//! Everything happens during the calls; between them nothing is received. See [`EventStream`].

mod client;
mod context;
mod stream;

pub use client::Client;
pub use stream::EventStream;
