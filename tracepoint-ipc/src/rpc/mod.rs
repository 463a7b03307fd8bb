//! Cap'n Proto RPC over a local socket, with bounds on what the other side can make us hold, and batches that go
//! to the socket from where the drain has put them.

mod answers;
mod arrivals;
mod attachment;
mod capabilities;
#[cfg(all(unix, fuzzing))]
pub(crate) mod fuzzing;
mod incoming;
mod link;
mod network;
mod outbox;
mod outgoing;
mod stream;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use arrivals::Arrivals;
pub(crate) use attachment::Attachments;
pub(crate) use link::{connect, serve};
