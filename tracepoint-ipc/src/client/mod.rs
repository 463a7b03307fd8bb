//! The client: attaches to a process and receives its events.

mod connect;
mod error;
#[cfg(all(unix, fuzzing))]
pub(crate) mod fuzzing;
mod request;
mod sink;
mod stream;

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::Notify;

pub use error::{CallError, ConnectError, StreamError};
pub use request::Request;
pub use stream::EventStream;

use crate::events::Catalog;
use crate::model::{ExporterStats, ProcessInfo, TracepointInfo};
use crate::rpc::Arrivals;
use crate::schema::Schema;
use crate::tracing_capnp::tracing;
use crate::wire::read;

/// A connection to a traced process.
///
/// Runs on a tokio [`LocalSet`](tokio::task::LocalSet), as it cannot be sent between threads; what it receives
/// can. [`blocking::Client`](crate::blocking::Client) needs no runtime. Clones share the connection; it is closed
/// when the last clone and the last stream are dropped.
///
/// ```no_run
/// use tracepoint_ipc::{Client, Request};
///
/// async fn watch() -> Result<(), Box<dyn std::error::Error>> {
///     let client = Client::connect("my-node").await?;
///     let mut stream = client.subscribe(Request::new().pattern("net:*")).await?;
///     while let Some(batch) = stream.next().await {
///         for event in batch?.events() {
///             println!("{:?}", event?);
///         }
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct Client(Rc<Attached>);

struct Attached {
    tracing: tracing::Client,
    schema: RefCell<Option<Arc<Schema>>>,
    /// For the batches that come.
    arrivals: Arrivals,
    closed: Rc<Notify>,
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.closed.notify_one();
    }
}

impl Client {
    /// Attaches to a process: by its id, the name of its exporter, `NAME.PID`, or the path of its socket.
    ///
    /// # Errors
    /// There is no such process, it has no exporter, or what answers is none.
    ///
    /// # Panics
    /// Outside of a [`LocalSet`](tokio::task::LocalSet).
    pub async fn connect(target: &str) -> Result<Self, ConnectError> {
        Self::connect_path(&crate::socket::resolve(target)?).await
    }

    /// Attaches to the process that listens at a socket.
    ///
    /// # Errors
    /// Nobody listens, or what answers is no exporter.
    ///
    /// # Panics
    /// Outside of a [`LocalSet`](tokio::task::LocalSet).
    pub async fn connect_path(path: &Path) -> Result<Self, ConnectError> {
        let arrivals = Arrivals::default();
        let (tracing, closed) = connect::connect(path, arrivals.clone()).await?;
        Ok(Self(Rc::new(Attached { tracing, schema: RefCell::default(), arrivals, closed })))
    }

    /// What the process says about itself.
    ///
    /// # Errors
    /// The process has gone.
    pub async fn info(&self) -> Result<ProcessInfo, CallError> {
        let response = self.0.tracing.info_request().send().promise.await?;
        Ok(read::process(response.get()?.get_info()?)?)
    }

    /// What its exporter holds and uses.
    ///
    /// # Errors
    /// The process has gone.
    pub async fn stats(&self) -> Result<ExporterStats, CallError> {
        let response = self.0.tracing.stats_request().send().promise.await?;
        Ok(read::exporter(response.get()?.get_stats()?))
    }

    /// All tracepoints that are registered by now. Asks each time.
    ///
    /// # Errors
    /// The process has gone.
    pub async fn tracepoints(&self) -> Result<Vec<TracepointInfo>, CallError> {
        let response = self.0.tracing.tracepoints_request().send().promise.await?;
        Ok(read::tracepoints(response.get()?.get_tracepoints()?)?)
    }

    /// The types of all events. Fetched once; again when a stream meets an event that is newer.
    ///
    /// # Errors
    /// The process has gone, or its schema makes no sense.
    pub async fn schema(&self) -> Result<Arc<Schema>, CallError> {
        if let Some(schema) = self.0.schema.borrow().clone() {
            return Ok(schema);
        }
        self.fetch_schema().await
    }

    async fn fetch_schema(&self) -> Result<Arc<Schema>, CallError> {
        let response = self.0.tracing.get_schema_request().send().promise.await?;
        let nodes = read::nodes(response.get()?.get_nodes()?)?;
        let schema = Arc::new(Schema::from_nodes(nodes)?);
        *self.0.schema.borrow_mut() = Some(schema.clone());
        Ok(schema)
    }

    /// Switches tracepoints on, and streams their events from now on.
    ///
    /// # Errors
    /// A pattern is wrong or matches nothing (the error names similar tracepoints), there are too many
    /// subscriptions, or the process has gone.
    pub async fn subscribe(&self, request: Request) -> Result<EventStream, CallError> {
        EventStream::open(self, request).await
    }

    /// What is needed to read events of tracepoints registered by now.
    async fn catalog(&self, with_schema: bool) -> Result<Arc<Catalog>, CallError> {
        let tracepoints = self.tracepoints().await?;
        let mut schema = if with_schema { Some(self.schema().await?) } else { None };
        let is_described =
            |schema: &Schema| tracepoints.iter().all(|info| schema.event(info.type_id).is_some());
        if schema.as_deref().is_some_and(|schema| !is_described(schema)) {
            schema = Some(self.fetch_schema().await?);
        }
        Ok(Arc::new(Catalog::new(tracepoints, schema)))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
