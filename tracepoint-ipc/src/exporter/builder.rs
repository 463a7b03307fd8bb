//! The settings of an exporter.

use std::path::PathBuf;
use std::time::Duration;

use super::{Exporter, StartError, thread};

/// Settings of an exporter; made by [`Exporter::builder`]. The defaults suit a production process.
///
/// ```no_run
/// use std::time::Duration;
/// use tracepoint_ipc::Exporter;
///
/// let exporter = Exporter::builder("my-node")
///     .poll_interval(Duration::from_micros(200))
///     .max_connections(4)
///     .start()?;
/// # Ok::<(), tracepoint_ipc::StartError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "call start()"]
pub struct ExporterBuilder {
    pub(super) name: String,
    pub(super) settings: Settings,
}

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) directory: Option<PathBuf>,
    pub(super) poll_interval: Duration,
    pub(super) max_connections: usize,
    pub(super) max_subscriptions: usize,
    pub(super) stall_timeout: Duration,
    pub(super) handshake_timeout: Duration,
    pub(super) idle_timeout: Duration,
}

/// Below this the thread would do little else than to wake up.
const MIN_POLL_INTERVAL: Duration = Duration::from_micros(50);

impl ExporterBuilder {
    pub(super) fn new(name: String) -> Self {
        let settings = Settings {
            directory: None,
            poll_interval: Duration::from_millis(1),
            max_connections: 32,
            max_subscriptions: 16,
            stall_timeout: Duration::from_secs(30),
            handshake_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(600),
        };
        Self { name, settings }
    }

    /// The directory of the socket, instead of the one that [`socket`](crate::socket) describes. It must belong
    /// to this user alone, with mode 0700; it is made if its parent exists. Without effect on Windows, where all
    /// pipes are in one place.
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.settings.directory = Some(directory.into());
        self
    }

    /// How often the rings are drained while events come: every millisecond unless set, at least every 50 us.
    /// While none come, eight times less often; while many do, up to eight times, as long as that is no more than
    /// 8 ms. A shorter interval costs more CPU time, a longer one takes more of the rings. A probe calls before the
    /// interval is over when they fill up.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval = interval.max(MIN_POLL_INTERVAL);
        self
    }

    /// How many clients may be connected at a time: 32 unless set. More are turned away.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.settings.max_connections = connections;
        self
    }

    /// How many subscriptions one client may have at a time: 16 unless set.
    pub fn max_subscriptions_per_connection(mut self, subscriptions: usize) -> Self {
        self.settings.max_subscriptions = subscriptions;
        self
    }

    /// A client that takes no batch for so long is disconnected: 30 s unless set. Until then it only loses its
    /// own events; it never holds up this process.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.settings.stall_timeout = timeout;
        self
    }

    /// A connection without a valid call for so long from its start is closed: 10 s unless set.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.settings.handshake_timeout = timeout;
        self
    }

    /// A connection without a subscription and without a call for so long is closed: 10 minutes unless set.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.idle_timeout = timeout;
        self
    }

    /// Opens the socket and starts the thread.
    ///
    /// # Errors
    /// The name or the directory is not possible, this process has an exporter of this name already, or the
    /// system refuses. The error says what to do.
    pub fn start(self) -> Result<Exporter, StartError> {
        thread::start(self)
    }
}
