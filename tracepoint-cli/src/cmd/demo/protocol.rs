//! What the processes of the demo say to each other: a line of text at a time.
//!
//! | client | node |
//! |---|---|
//! | | [`Ready`]: the socket is there |
//! | [`GO`] | runs |
//! | [`STOP`] | finishes the block in progress |
//! | | [`Done`]: what it did |
//! | closes the pipe | |
//! | | [`Ended`]: what it cost |
//!
//! Whenever the pipe is closed, the node comes to an end.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The client is attached.
pub const GO: &str = "go";

/// The client has seen enough.
pub const STOP: &str = "stop";

/// The node can be attached to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ready {
    /// The socket of its exporter.
    pub socket: PathBuf,
}

/// The node has run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Done {
    /// Blocks it has connected.
    pub blocks: u64,
    /// How many times it has passed each tracepoint, by its own count.
    pub passed: BTreeMap<String, u64>,
}

/// The node ends.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ended {
    /// CPU time of the whole process, in seconds.
    pub cpu_s: f64,
}
