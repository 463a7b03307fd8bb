//! A connection to a traced process.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::EventStream;
use super::context::Context;
use crate::client::{self, CallError, ConnectError, Request};
use crate::model::{ExporterStats, ProcessInfo, TracepointInfo};
use crate::schema::Schema;

/// A connection to a traced process; the blocking twin of [`Client`](crate::Client).
///
/// ```no_run
/// use tracepoint_ipc::{Request, blocking::Client};
///
/// let client = Client::connect("my-node")?;
/// for batch in client.subscribe(Request::new().pattern("net:*"))? {
///     for event in batch?.events() {
///         println!("{:?}", event?);
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Panics
/// All methods panic inside of an event loop, where they would block everything else.
#[derive(Clone)]
pub struct Client {
    client: client::Client,
    context: Rc<Context>,
}

impl Client {
    /// Attaches to a process: by its id, the name of its exporter, `NAME.PID`, or the path of its socket.
    ///
    /// # Errors
    /// There is no such process, it has no exporter, or what answers is none.
    pub fn connect(target: &str) -> Result<Self, ConnectError> {
        Self::connect_path(&crate::socket::resolve(target)?)
    }

    /// Attaches to the process that listens at a socket.
    ///
    /// # Errors
    /// Nobody listens, or what answers is no exporter.
    pub fn connect_path(path: &Path) -> Result<Self, ConnectError> {
        let context = Rc::new(Context::new().map_err(ConnectError::Runtime)?);
        let client = context.wait(client::Client::connect_path(path))?;
        Ok(Self { client, context })
    }

    /// What the process says about itself.
    ///
    /// # Errors
    /// The process has gone.
    pub fn info(&self) -> Result<ProcessInfo, CallError> {
        self.context.wait(self.client.info())
    }

    /// What its exporter holds and uses.
    ///
    /// # Errors
    /// The process has gone.
    pub fn stats(&self) -> Result<ExporterStats, CallError> {
        self.context.wait(self.client.stats())
    }

    /// All tracepoints that are registered by now. Asks each time.
    ///
    /// # Errors
    /// The process has gone.
    pub fn tracepoints(&self) -> Result<Vec<TracepointInfo>, CallError> {
        self.context.wait(self.client.tracepoints())
    }

    /// The types of all events. Fetched once.
    ///
    /// # Errors
    /// The process has gone, or its schema makes no sense.
    pub fn schema(&self) -> Result<Arc<Schema>, CallError> {
        self.context.wait(self.client.schema())
    }

    /// Switches tracepoints on, and streams their events from now on.
    ///
    /// # Errors
    /// As for [`Client::subscribe`](crate::Client::subscribe).
    pub fn subscribe(&self, request: Request) -> Result<EventStream, CallError> {
        let stream = self.context.wait(self.client.subscribe(request))?;
        Ok(EventStream::new(stream, self.client.clone(), self.context.clone()))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.client.fmt(f)
    }
}
