//! What the benches share: how rows are run and kept, the workloads, the hand-written limits, the peers, and
//! the table and chart that are made of it all.
//!
//! A *row* is one contender of a *group*, and runs in a process of its own, because most of them want the
//! process for themselves: a global logger, an exporter, a pool of another size. A group is run in rounds,
//! each of which measures every row once, so that whatever else the machine does meets all of them alike.

pub mod child;
pub mod client;
mod generated;
pub mod harness;
pub mod limit;
pub mod pace;
pub mod peers;
pub mod place;
pub mod platform;
pub mod report;
pub mod store;
pub mod workload;

use generated::peers_capnp;
