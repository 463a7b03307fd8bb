//! The peers: how each is given the same events, and how it is known that they arrived.

#[cfg(unix)]
pub mod calls;
pub mod facade;
pub mod fast;
pub mod lines;
pub mod queues;
pub mod subscribers;
