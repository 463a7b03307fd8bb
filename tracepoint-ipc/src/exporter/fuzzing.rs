//! An exporter without a thread, a socket in the file system, or a timer.

use std::fmt;
use std::io;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::Arc;

use tracepoint_core::drain;

use super::ExporterBuilder;
use super::connection::{Connection, serve};
use super::node::Node;
use crate::rpc;

/// An exporter with the default limits. Whoever holds it drains, when it likes to.
pub struct Exporter(Rc<Node>);

impl Default for Exporter {
    fn default() -> Self {
        let ExporterBuilder { name, settings } = ExporterBuilder::new("fuzzed".to_owned());
        Self(Node::new(name, settings, Arc::default()))
    }
}

impl Exporter {
    /// Serves a client until it goes, or is turned away.
    ///
    /// # Errors
    /// The event loop cannot take the socket.
    pub async fn serve(&self, socket: UnixStream) -> io::Result<()> {
        let connection = Connection::new(&self.0);
        let stream = rpc::fuzzing::stream(socket)?;
        if self.0.add_connection(connection.clone()) {
            serve(stream, connection).await;
        }
        Ok(())
    }

    /// Takes what was fired to the subscriptions.
    pub fn drain(&self) {
        drain::pass();
        self.0.wake_pumps();
    }

    /// Clients that are being served.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.0.counters.connections()
    }

    /// Subscriptions of all clients.
    #[must_use]
    pub fn subscriptions(&self) -> usize {
        self.0.counters.subscriptions()
    }
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").finish_non_exhaustive()
    }
}
