//! What all connections of one exporter share.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::builder::Settings;
use super::connection::Connection;
use super::lease::Lease;
use super::ticker::Ticker;

/// One exporter, within its thread.
pub(super) struct Node {
    pub(super) name: String,
    pub(super) settings: Settings,
    pub(super) counters: Arc<Counters>,
    /// When it was started, on the clock of the events.
    pub(super) started: u64,
    pub(super) ticker: Ticker,
    connections: RefCell<Vec<Rc<Connection>>>,
    leases: RefCell<Vec<Rc<Lease>>>,
    /// The first subscription came, or the last one went.
    pub(super) leases_changed: Notify,
    /// A client went.
    pub(super) connections_changed: Notify,
}

/// What the handle can see from another thread.
#[derive(Default)]
pub(super) struct Counters {
    connections: AtomicUsize,
    subscriptions: AtomicUsize,
}

impl Counters {
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub(super) fn subscriptions(&self) -> usize {
        self.subscriptions.load(Ordering::Relaxed)
    }
}

impl Node {
    pub(super) fn new(name: String, settings: Settings, counters: Arc<Counters>) -> Rc<Self> {
        Rc::new(Self {
            name,
            ticker: Ticker::new(settings.poll_interval),
            settings,
            counters,
            started: tracepoint_core::clock::now(),
            connections: RefCell::default(),
            leases: RefCell::default(),
            leases_changed: Notify::new(),
            connections_changed: Notify::new(),
        })
    }

    /// Enters a connection, unless there are too many.
    pub(super) fn add_connection(&self, connection: Rc<Connection>) -> bool {
        let mut connections = self.connections.borrow_mut();
        if connections.len() >= self.settings.max_connections {
            return false;
        }
        connections.push(connection);
        self.counters.connections.store(connections.len(), Ordering::Relaxed);
        true
    }

    pub(super) fn remove_connection(&self, connection: &Rc<Connection>) {
        let mut connections = self.connections.borrow_mut();
        connections.retain(|other| !Rc::ptr_eq(other, connection));
        self.counters.connections.store(connections.len(), Ordering::Relaxed);
        self.connections_changed.notify_one();
    }

    pub(super) fn connections(&self) -> Vec<Rc<Connection>> {
        self.connections.borrow().clone()
    }

    pub(super) fn add_lease(&self, lease: Rc<Lease>) {
        let mut leases = self.leases.borrow_mut();
        leases.push(lease);
        self.counters.subscriptions.store(leases.len(), Ordering::Relaxed);
        self.leases_changed.notify_one();
    }

    pub(super) fn remove_lease(&self, lease: &Lease) {
        let mut leases = self.leases.borrow_mut();
        leases.retain(|other| !std::ptr::eq(Rc::as_ptr(other), lease));
        self.counters.subscriptions.store(leases.len(), Ordering::Relaxed);
        self.leases_changed.notify_one();
    }

    pub(super) fn has_leases(&self) -> bool {
        !self.leases.borrow().is_empty()
    }

    /// Tells every subscription to look for batches.
    pub(super) fn wake_pumps(&self) {
        for lease in self.leases.borrow().iter() {
            lease.work.notify_one();
        }
    }

    /// All subscriptions.
    pub(super) fn leases(&self) -> Vec<Rc<Lease>> {
        self.leases.borrow().clone()
    }
}
