//! One client.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::{Rc, Weak};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::lease::Lease;
use super::node::Node;
use super::service::TracingService;
use crate::rpc::{self, Attachments};
use crate::socket::platform::Connected;
use crate::tracing_capnp::tracing;

/// The connection of one client.
pub(super) struct Connection {
    pub(super) node: Rc<Node>,
    /// Ends the connection.
    pub(super) stop: Notify,
    /// For the batches that its calls carry.
    pub(super) attachments: Attachments,
    leases: RefCell<Vec<Weak<Lease>>>,
    last_call: Cell<Option<Instant>>,
}

impl Connection {
    pub(super) fn new(node: &Rc<Node>) -> Rc<Self> {
        Rc::new(Self {
            node: node.clone(),
            stop: Notify::new(),
            attachments: Attachments::default(),
            leases: RefCell::default(),
            last_call: Cell::new(None),
        })
    }

    /// Notes that the client has made a valid call.
    pub(super) fn called(&self) {
        self.last_call.set(Some(Instant::now()));
    }

    /// Whether the client may have one more subscription.
    pub(super) fn has_room(&self) -> bool {
        let mut leases = self.leases.borrow_mut();
        leases.retain(|lease| lease.strong_count() > 0);
        leases.len() < self.node.settings.max_subscriptions
    }

    pub(super) fn add_lease(&self, lease: &Rc<Lease>) {
        self.leases.borrow_mut().push(Rc::downgrade(lease));
    }

    fn cancel_leases(&self) {
        let leases = self.leases.take();
        for lease in leases.iter().filter_map(Weak::upgrade) {
            lease.cancel();
        }
    }

    fn has_leases(&self) -> bool {
        self.leases.borrow().iter().any(|lease| lease.strong_count() > 0)
    }

    /// Resolves when a client has not spoken for too long. One timer for each period, none that ticks.
    async fn wait_silent(&self) {
        let opened = Instant::now();
        let settings = &self.node.settings;
        loop {
            let deadline = match self.last_call.get() {
                None => opened + settings.handshake_timeout,
                Some(_) if self.has_leases() => Instant::now() + settings.idle_timeout,
                Some(last) => last + settings.idle_timeout,
            };
            if deadline <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(deadline).await;
        }
    }
}

/// Serves a client until it goes, or is told to.
pub(super) fn serve(stream: Connected, connection: Rc<Connection>) -> impl Future<Output = ()> {
    let service = TracingService::new(connection.clone());
    let bootstrap: tracing::Client = capnp_rpc::new_client(service);
    let link = rpc::serve(stream, &bootstrap, connection.attachments.clone());
    drop(bootstrap);
    // Ends the leases also when this future is dropped instead of run to its end.
    let guard = Guard(connection);
    async move {
        let connection = &guard.0;
        let stop = async {
            tokio::select! {
                () = connection.stop.notified() => {}
                () = connection.wait_silent() => {}
            }
            // What the probes do must not wait for the socket.
            connection.cancel_leases();
        };
        // What a client did wrong is its own affair: there is nobody here to tell.
        let _ = link.run(stop).await;
    }
}

struct Guard(Rc<Connection>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.cancel_leases();
        self.0.node.remove_connection(&self.0);
    }
}
