//! The traced process and its exporter.

/// A traced process.
///
/// ```no_run
/// let info = tracepoint_ipc::blocking::Client::connect("my-node")?.info()?;
/// println!("{} (pid {}) has {} tracepoints", info.name, info.pid, info.tracepoints);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProcessInfo {
    /// The name that the program has given to its exporter.
    pub name: String,
    /// The id of the process.
    pub pid: u32,
    /// The path of its program; empty if not known.
    pub executable: String,
    /// The version of this library in the process.
    pub version: String,
    /// The version of the interface.
    pub protocol: u32,
    /// When the exporter was started: nanoseconds, on the same clock as the events.
    pub started: u64,
    /// Nanoseconds to add to the time of an event for the time since 1970 in UTC.
    pub utc_offset: i64,
    /// The source of the time stamps, as in `tsc` or `system`.
    pub clock: String,
    /// Tracepoints that are registered by now.
    pub tracepoints: u32,
    /// Subscriptions of all clients.
    pub subscriptions: u32,
}

impl ProcessInfo {
    /// Nanoseconds since 1970 in UTC, for the time of an event of this process. Times before 1970 are 0.
    ///
    /// ```no_run
    /// # async fn f(client: tracepoint_ipc::Client, event: tracepoint_ipc::Event<'_>) -> Result<(), tracepoint_ipc::CallError> {
    /// let info = client.info().await?;
    /// println!("{} s", info.utc(event.time()) / 1_000_000_000);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn utc(&self, time: u64) -> u64 {
        time.saturating_add_signed(self.utc_offset)
    }
}

/// What an exporter holds and uses.
///
/// ```no_run
/// let stats = tracepoint_ipc::blocking::Client::connect("my-node")?.stats()?;
/// println!("{} of {} bytes are in use", stats.pool_used_bytes, stats.pool_bytes);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExporterStats {
    /// The bound of all rings together, in bytes.
    pub pool_bytes: u64,
    /// Bytes of the pool that are in use.
    pub pool_used_bytes: u64,
    /// Threads that have a ring.
    pub threads: u32,
    /// Clients.
    pub connections: u32,
    /// Subscriptions of all clients.
    pub subscriptions: u32,
    /// CPU time of the whole process, in nanoseconds; 0 where it is not known.
    pub cpu_nanos: u64,
}
