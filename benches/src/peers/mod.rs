//! The peers: how each is given the same events, and how it is known that they arrived.

pub mod fast;
pub mod facade;
pub mod lines;
pub mod queues;
pub mod subscribers;
