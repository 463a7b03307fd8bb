//! The event loop behind a blocking client.

use std::future::Future;
use std::io;

use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

/// An event loop that only runs while somebody waits for it.
pub(super) struct Context {
    // Dropped first: its tasks hold sockets of the runtime.
    tasks: LocalSet,
    runtime: Runtime,
}

impl Context {
    pub(super) fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        Ok(Self { tasks: LocalSet::new(), runtime })
    }

    /// Runs until `work` is done.
    ///
    /// # Panics
    /// Inside another event loop.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.tasks.block_on(&self.runtime, work)
    }
}
