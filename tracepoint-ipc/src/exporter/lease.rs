//! A subscription of a client: it lasts as long as the client wants it, and no longer than its connection.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tracepoint_core::{Batch, Subscription, SubscriptionStats};

use super::node::Node;

/// The lease of one client on some tracepoints.
///
/// It ends when the client releases it, closes it, or goes. From that moment on the probes do not see it.
pub(super) struct Lease {
    subscription: RefCell<Option<Subscription>>,
    node: Weak<Node>,
    /// There may be batches to send.
    pub(super) work: Notify,
    closing: Cell<Option<&'static str>>,
    last_stats: RefCell<Option<SubscriptionStats>>,
    pump: RefCell<Option<AbortHandle>>,
    ended: watch::Sender<bool>,
}

impl Lease {
    pub(super) fn new(subscription: Subscription, node: &Rc<Node>) -> Rc<Self> {
        let lease = Rc::new(Self {
            subscription: RefCell::new(Some(subscription)),
            node: Rc::downgrade(node),
            work: Notify::new(),
            closing: Cell::new(None),
            last_stats: RefCell::new(None),
            pump: RefCell::new(None),
            ended: watch::Sender::new(false),
        });
        node.add_lease(lease.clone());
        lease
    }

    /// The task that sends the batches; it is ended with the lease.
    pub(super) fn set_pump(&self, pump: AbortHandle) {
        *self.pump.borrow_mut() = Some(pump);
    }

    /// Ends the lease at once. What has not been sent is dropped.
    pub(super) fn cancel(&self) {
        // Unsubscribes: the bits in the gates are cleared before this returns.
        drop(self.subscription.borrow_mut().take());
        if let Some(node) = self.node.upgrade() {
            node.remove_lease(self);
        }
        self.ended.send_replace(true);
        if let Some(pump) = self.pump.borrow_mut().take() {
            pump.abort();
        }
    }

    /// Switches the probes off and lets the pump send what was fired before. An empty reason: the client asked
    /// for it. Without effect on a lease that is closing already.
    pub(super) fn begin_close(&self, reason: &'static str) {
        if self.closing.get().is_some() {
            return;
        }
        if let Some(subscription) = self.subscription.borrow_mut().as_mut() {
            *self.last_stats.borrow_mut() = Some(subscription.close());
        }
        self.closing.set(Some(reason));
        self.work.notify_one();
    }

    /// Why it is closing, if it is.
    pub(super) fn closing(&self) -> Option<&'static str> {
        self.closing.get()
    }

    /// Waits until the pump has sent everything, or the lease was cancelled.
    pub(super) async fn wait_ended(&self) {
        // The sender is ours, so it cannot be gone.
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }

    /// The counts: those of the moment of closing, once that has come.
    pub(super) fn stats(&self) -> Option<SubscriptionStats> {
        let last = self.last_stats.borrow();
        last.clone().or_else(|| self.subscription.borrow().as_ref().map(Subscription::stats))
    }

    /// Calls `f` unless the lease has ended.
    pub(super) fn with<T>(&self, f: impl FnOnce(&mut Subscription) -> T) -> Option<T> {
        self.subscription.borrow_mut().as_mut().map(f)
    }

    /// The oldest batch that waits.
    pub(super) fn next_batch(&self) -> Option<Batch> {
        self.with(Subscription::next_batch).flatten()
    }

    /// Gives the buffers of a batch back.
    pub(super) fn recycle(&self, batch: Batch) {
        self.with(|subscription| subscription.recycle(batch));
    }
}
