//! Tracepoints across processes: an exporter in the traced process, and clients that attach to it at any time.
//!
//! # In the traced process
//!
//! An [`Exporter`] opens a local socket that only this user and root can connect to, and starts one thread. Until
//! a client subscribes, it sleeps and no probe is on.
//!
//! ```no_run
//! let exporter = tracepoint_ipc::Exporter::builder("my-node").start()?;
//! // .. the program runs; dropping the exporter detaches everybody ..
//! # Ok::<(), tracepoint_ipc::StartError>(())
//! ```
//!
//! # In another process
//!
//! A [`Client`] attaches by process id, name or path, lists the tracepoints, and subscribes to those that it
//! wants. Events come in batches and are read in place: by type where the reader knows the type, and by field
//! name with the [`Schema`](schema::Schema) that every process sends along.
//!
//! ```no_run
//! use tracepoint_ipc::{Request, blocking::Client};
//!
//! let client = Client::connect("my-node")?;
//! let mut stream = client.subscribe(Request::new().pattern("net:*"))?;
//! while let Some(batch) = stream.next() {
//!     let batch = batch?;
//!     for gap in batch.gaps() {
//!         eprintln!("{} events lost", gap.lost.total());
//!     }
//!     for event in batch.events() {
//!         let event = event?;
//!         println!("{} {}", event.time(), event.tracepoint());
//!         for field in event.fields() {
//!             let (info, value) = field?;
//!             println!("    {} = {value}", info.name);
//!         }
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What holds
//!
//! - A client can switch tracing on and off for itself and nothing else. When it goes, however it goes, its
//!   tracepoints are off again.
//! - Nothing that a client does makes a probe wait. A slow client loses its own events, counted by cause.
//! - The memory that a client can make the traced process hold is bounded, whatever it sends.
//! - The wire is Cap'n Proto: see `schema/tracing.capnp` for the interface.

pub mod blocking;
mod client;
mod events;
mod exporter;
mod fork;
#[cfg(all(unix, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod generated;
mod memory;
mod model;
pub mod recording;
mod rpc;
pub mod schema;
pub mod socket;
mod wire;

pub use client::{CallError, Client, ConnectError, EventStream, Request, StreamError};
pub use events::{
    Batch, Catalog, Elements, Event, EventError, Events, Fields, ListValue, StructFields, StructValue, Value,
};
pub use exporter::{Exporter, ExporterBuilder, StartError};
pub use model::{ExporterStats, ProcessInfo, SubscriptionStats, TracepointInfo, TracepointStats};
pub use tracepoint_core::{FilterError, Gap, Lost, Policy, Registration, ThreadInfo};

use generated::{recording_capnp, tracing_capnp};
