//! A tracepoint of another process.

use std::fmt;

use tracepoint_core::Registration;

/// A tracepoint of a traced process. Displays as its full name.
///
/// ```no_run
/// for tracepoint in tracepoint_ipc::blocking::Client::connect("my-node")?.tracepoints()? {
///     println!("{tracepoint:<30} {}:{}", tracepoint.file, tracepoint.line);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TracepointInfo {
    /// The number that stands for it in the stream of this process, and means nothing elsewhere.
    pub tag: u16,
    /// Identity, the same in every process and version.
    pub type_id: u64,
    /// The part of the program, as in `net`.
    pub provider: String,
    /// The name within the provider, as in `inbound_message`.
    pub name: String,
    /// The doc comment in the traced program, without markers.
    pub doc: String,
    /// Source file of its declaration.
    pub file: String,
    /// Line of its declaration, counted from 1.
    pub line: u32,
    /// How the process came to know of it.
    pub registered: Registration,
    /// Somebody listened at the time of the question.
    pub enabled: bool,
    full_name: String,
}

impl TracepointInfo {
    /// Provider and name, as in `net:inbound_message`.
    #[must_use]
    pub fn full_name(&self) -> &str {
        &self.full_name
    }

    /// A tracepoint of which only the identity is known yet.
    pub(crate) fn new(tag: u16, type_id: u64, provider: String, name: String) -> Self {
        Self {
            tag,
            type_id,
            full_name: format!("{provider}:{name}"),
            provider,
            name,
            doc: String::new(),
            file: String::new(),
            line: 0,
            registered: Registration::Startup,
            enabled: false,
        }
    }
}

impl fmt::Display for TracepointInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.full_name)
    }
}
