//! What a recording says about itself.

use tracepoint_core::{ThreadInfo, clock};

use crate::model::ProcessInfo;

/// What a recording says about itself at its beginning.
///
/// ```no_run
/// use tracepoint_ipc::recording::{Header, Reader};
///
/// let info = tracepoint_ipc::blocking::Client::connect("my-node")?.info()?;
/// let header = Header::new(info).patterns(["net:*"]);
///
/// let reader = Reader::open("net.rec")?;
/// println!("{} of {}", reader.header().patterns.join(", "), reader.header().info.name);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Header {
    /// The process that was traced.
    pub info: ProcessInfo,
    /// When the recording began: nanoseconds, on the same clock as the events.
    pub began: u64,
    /// Which events were recorded.
    pub patterns: Vec<String>,
    /// How many files came before this one in a recording of several files.
    pub part: u32,
    /// Threads that appeared in the files before.
    pub threads: Vec<ThreadInfo>,
}

impl Header {
    /// A recording of a process on this host that begins now.
    #[must_use]
    pub fn new(info: ProcessInfo) -> Self {
        Self { info, began: clock::now(), patterns: Vec::new(), part: 0, threads: Vec::new() }
    }

    /// Says which events are recorded.
    #[must_use]
    pub fn patterns<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.patterns = patterns.into_iter().map(Into::into).collect();
        self
    }
}
