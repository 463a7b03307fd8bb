//! Recordings: events in a file, with all that it takes to read them.
//!
//! A [`Writer`] takes the batches of a stream, a [`Reader`] gives them back: of the same types, with the same
//! bytes, on any machine and at any time. The file is a stream of Cap'n Proto messages that all have the root
//! `Event`, so the `capnp` tool prints it with the schema that [`Schema::to_capnp`](crate::schema::Schema::to_capnp)
//! makes. What is in it besides events is in `schema/recording.capnp`.
//!
//! ```no_run
//! use tracepoint_ipc::recording::{Header, Reader, Writer};
//! use tracepoint_ipc::{Request, blocking::Client};
//!
//! let client = Client::connect("my-node")?;
//! let stream = client.subscribe(Request::new().pattern("net:*"))?;
//! let header = Header::new(client.info()?).patterns(["net:*"]);
//! let mut writer = Writer::create("net.rec", &header, stream.catalog())?;
//! for batch in stream.take(100) {
//!     writer.write(&batch?)?;
//! }
//! writer.finish(None)?;
//!
//! for batch in Reader::open("net.rec")? {
//!     for event in batch?.events() {
//!         println!("{:?}", event?);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What holds
//!
//! - A file that was cut, by a crash or a full disk, is read up to its last whole batch, and the reader tells
//!   [what is missing](Cut). No event of a batch that was damaged is ever returned.
//! - A file of any size is read in constant memory, and begun at any time of it through its index. If that was
//!   cut off, it is made anew, from a small part of the file.
//! - A file may come from anywhere: nothing in it makes the reader panic, or allocate more than a bound.

mod choice;
mod decode;
mod definitions;
mod encode;
mod error;
mod header;
mod index;
mod limits;
mod message;
mod reader;
mod selection;
mod source;
mod tally;
mod writer;

pub use choice::LeftOut;
pub use error::{Cut, ReadError};
pub use header::Header;
pub use index::Span;
pub use message::is_recording;
pub use reader::{Reader, Totals};
pub use writer::Writer;

/// The version of the format that is written and read.
const FORMAT: u32 = 1;
