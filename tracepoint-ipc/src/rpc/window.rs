//! How much may be on its way to one receiver.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use capnp::Error;
use capnp::capability::Promise;
use capnp_rpc::{FlowController, OutgoingMessage};
use tokio::sync::Notify;

/// Lets streaming calls pass while fewer bytes than the window are on their way, and one message more: so the
/// next one is ready when the receiver asks for it, however large it is.
pub(super) struct Window(Rc<State>);

struct State {
    bytes: usize,
    in_flight: Cell<usize>,
    largest: Cell<usize>,
    failure: RefCell<Option<Error>>,
    changed: Notify,
}

impl Window {
    pub(super) fn new(bytes: usize) -> Self {
        Self(Rc::new(State {
            bytes,
            in_flight: Cell::new(0),
            largest: Cell::new(0),
            failure: RefCell::new(None),
            changed: Notify::new(),
        }))
    }
}

impl State {
    async fn wait(&self, is_ready: impl Fn(&Self) -> bool) -> Result<(), Error> {
        loop {
            if let Some(error) = &*self.failure.borrow() {
                return Err(error.clone());
            }
            if is_ready(self) {
                return Ok(());
            }
            self.changed.notified().await;
        }
    }

    fn has_room(&self) -> bool {
        self.in_flight.get() < self.bytes + self.largest.get()
    }
}

impl FlowController for Window {
    fn send(&mut self, message: Box<dyn OutgoingMessage>, ack: Promise<(), Error>) -> Promise<(), Error> {
        let size = message.size_in_words() * 8;
        let state = self.0.clone();
        state.largest.set(state.largest.get().max(size));
        state.in_flight.set(state.in_flight.get() + size);
        // At once, to keep the order. The answer tells when it has arrived.
        drop(message.send());
        tokio::task::spawn_local({
            let state = state.clone();
            async move {
                match ack.await {
                    Ok(()) => state.in_flight.set(state.in_flight.get() - size),
                    Err(error) => drop(state.failure.borrow_mut().get_or_insert(error)),
                }
                state.changed.notify_waiters();
            }
        });
        if state.failure.borrow().is_none() && state.has_room() {
            return Promise::ok(());
        }
        Promise::from_future(async move { state.wait(State::has_room).await })
    }

    fn wait_all_acked(&mut self) -> Promise<(), Error> {
        let state = self.0.clone();
        Promise::from_future(async move { state.wait(|state| state.in_flight.get() == 0).await })
    }
}
