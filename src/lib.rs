//! Typed tracepoints for long-running native programs, readable from another process at run time, with no
//! privileges.
//!
//! A probe that nobody listens to is a load, a compare and a branch; its arguments are not evaluated. When
//! somebody attaches, an event goes into a lock-free ring of its own thread, already in its final Cap'n
//! Proto layout: no lock, no allocation, no system call.
//!
//! ```
//! use tracepoints::{Event, Value, tracepoint};
//!
//! #[derive(Value)]
//! pub enum ConnectionType { Inbound, OutboundFullRelay }
//!
//! /// A P2P message was received from a peer.
//! #[derive(Event)]
//! #[event(provider = "net")] // full name: net:inbound_message
//! pub struct InboundMessage<'a> {
//!     /// Node-local id of the peer.
//!     pub peer_id: i64,
//!     pub connection_type: ConnectionType,
//!     pub message_type: &'a str,
//!     pub payload: &'a [u8],
//! }
//!
//! tracepoint!(InboundMessage {
//!     peer_id: 7,
//!     connection_type: ConnectionType::Inbound,
//!     message_type: "ping",
//!     payload: &[0; 8],
//! });
//!
//! // Declared and fired in one place:
//! tracepoint!(net::pong, peer_id: i64 = 7, nonce: u64 = 42);
//! ```
//!
//! # To see the events
//!
//! - From another process: start an exporter, `tracepoints::ipc::Exporter` (feature `ipc`), and attach with
//!   the program `tracepoint` or with `tracepoints::ipc::Client`.
//! - In a unit test: [`capture`].
//! - In any other way: [`Subscription`] and [`drain`].
//!
//! # What fields can be
//!
//! `bool`; integers of up to 64 bits; floats; text (`&str`, `String`, ..); bytes (`&[u8]`, `Vec<u8>`,
//! `[u8; N]`, ..); enums and newtypes with `#[derive(Value)]`; references, boxes and aliases of these; and
//! what you implement [`Value`] for.
//!
//! # Bytes by reference
//!
//! A thread copies what it fires, except for bytes and texts of 2 KiB or more that are shared already:
//! `Arc<[u8]>`, `Arc<str>`, `Arc<Vec<u8>>`, `Arc<String>`, and `bytes::Bytes` with the feature `bytes`. Of those
//! it takes a reference, and the drain copies them. Readers see no difference.
//!
//! ```
//! use std::sync::Arc;
//! use tracepoints::{Event, capture, tracepoint};
//!
//! /// A block was received.
//! #[derive(Event)]
//! #[event(provider = "net")]
//! struct Block<'a> { height: u32, bytes: &'a Arc<[u8]> }
//!
//! let mut seen = capture("net:block");
//! let bytes: Arc<[u8]> = vec![7; 1_000_000].into();
//! tracepoint!(Block { height: 1, bytes: &bytes });
//! assert_eq!(Arc::strong_count(&bytes), 2);
//! assert_eq!(seen.take()[0].raw().payload.data(0)?, &bytes[..]);
//! assert_eq!(Arc::strong_count(&bytes), 1);
//! # Ok::<(), tracepoints::DecodeError>(())
//! ```
//!
//! - Until the drain has taken the event, the bytes stay in memory, and `Arc::get_mut` and the like find them
//!   shared. What all events together keep so is bounded: [`pool::Limits::referenced_bytes`]. A slice of a
//!   larger `Bytes` counts with its own length, though it keeps the whole.
//! - If the last reference is the event's, it is dropped by the thread that drains, never in a probe and never
//!   under a lock. So a destructor (`Bytes::from_owner` has one) may fire events and use this crate. One that
//!   waits makes all readers wait.
//! - Taking a reference to an `Arc` never allocates. A `Bytes` that was made of a `Vec` allocates when it is
//!   shared for the first time: not in a signal handler.
//!
//! # What holds
//!
//! - A probe never waits, never panics, and makes no system call. It allocates once for each thread, at the
//!   thread's first event that somebody listens to.
//!   So a signal handler may fire events only in threads that fired one before.
//! - The memory of all rings together, and what they refer to, is bounded by [`pool::Limits`], whatever the
//!   readers do.
//! - What is lost is counted, for each subscription, tracepoint and cause: [`TracepointStats`].
//! - After `fork`, the child is off.
//!
//! # Features
//!
//! - `ipc`: exporter and client. Without it, no runtime and no Cap'n Proto library is compiled.
//! - `bytes`: `bytes::Bytes` can be a field.
//! - `off`: probes compile to nothing; their arguments are still type-checked.

pub use tracepoint_core::*;

#[cfg(feature = "ipc")]
pub use tracepoint_ipc as ipc;

/// The examples of the README.
#[cfg(all(doctest, feature = "ipc"))]
#[doc = include_str!("../README.md")]
mod readme {}
