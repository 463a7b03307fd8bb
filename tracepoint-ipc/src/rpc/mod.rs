//! Cap'n Proto RPC over a local socket, with bounds on what the other side can make us hold.

mod bounded;
mod link;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use link::{connect, serve};
