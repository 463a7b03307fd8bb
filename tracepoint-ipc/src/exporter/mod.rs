//! The exporter: lets other processes see the events of this one.
//!
//! One thread of its own answers clients and drains the rings for them. Without a subscription it sleeps in the
//! kernel and is never woken; no timer runs.

mod accept;
mod builder;
mod connection;
mod error;
#[cfg(all(unix, fuzzing))]
pub(crate) mod fuzzing;
mod lease;
mod node;
mod pump;
mod service;
mod signals;
mod thread;
mod ticker;
mod wake;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

pub use builder::ExporterBuilder;
pub use error::StartError;
use node::Counters;
#[cfg(unix)]
pub(crate) use wake::leave as leave_signals;

/// The version of the interface that exporters of this version speak.
pub(crate) const PROTOCOL: u32 = 1;

/// Lets clients attach to this process, until it is dropped.
///
/// Can be started at any time and as often as you like, also after another one was dropped. Several in one
/// process need different names.
///
/// Dropping it detaches all clients: what was fired before is sent, within half a second; the probes are off
/// again, the socket is removed, and the thread has ended. In a child process made by `fork` it does nothing:
/// the exporter is the parent's.
///
/// ```no_run
/// use tracepoint_ipc::Exporter;
///
/// let exporter = Exporter::builder("my-node").start()?;
/// println!("tracepoint watch {}", exporter.socket_path().display());
/// # Ok::<(), tracepoint_ipc::StartError>(())
/// ```
#[must_use = "dropping the exporter stops it"]
pub struct Exporter {
    name: String,
    path: PathBuf,
    counters: Arc<Counters>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    pid: u32,
}

impl Exporter {
    /// Prepares an exporter. The name is what people call the process by: `A-Z a-z 0-9 . _ -`, at most 48
    /// characters, not digits only.
    pub fn builder(name: impl Into<String>) -> ExporterBuilder {
        ExporterBuilder::new(name.into())
    }

    /// The name that it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The socket that clients connect to.
    #[must_use]
    pub fn socket_path(&self) -> &Path {
        &self.path
    }

    /// Clients that are connected now.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.counters.connections()
    }

    /// Subscriptions that are on now.
    #[must_use]
    pub fn subscriptions(&self) -> usize {
        self.counters.subscriptions()
    }

    /// Detaches all clients and ends the thread; the same as dropping it.
    pub fn stop(self) {}
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let thread = self.thread.take();
        if std::process::id() != self.pid {
            // The thread did not come along when this process was forked.
            std::mem::forget((thread, self.stop.take()));
            return;
        }
        drop(self.stop.take());
        if let Some(thread) = thread {
            // A panic of the thread has been reported already, and there is nobody to hand it to.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").field("name", &self.name).field("path", &self.path).finish_non_exhaustive()
    }
}
