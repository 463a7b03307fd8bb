//! How much may be on its way to one receiver.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use capnp::Error;
use capnp::capability::Promise;
use capnp_rpc::{FlowController, OutgoingMessage};
use futures_util::FutureExt;

/// Lets streaming calls pass while fewer bytes than the window are on their way, and one message more: so the
/// next one is ready when the receiver asks for it, however large it is.
///
/// Answers are looked at when the next call is made: nobody needs to wake up for them before.
pub(super) struct Window(Rc<State>);

struct State {
    bytes: usize,
    in_flight: Cell<usize>,
    largest: Cell<usize>,
    /// Calls that were not answered when we last looked, oldest first, and how large they are. They are answered
    /// in this order.
    calls: RefCell<VecDeque<(usize, Promise<(), Error>)>>,
    failure: RefCell<Option<Error>>,
}

impl Window {
    pub(super) fn new(bytes: usize) -> Self {
        Self(Rc::new(State {
            bytes,
            in_flight: Cell::new(0),
            largest: Cell::new(0),
            calls: RefCell::default(),
            failure: RefCell::new(None),
        }))
    }
}

impl State {
    fn has_room(&self) -> bool {
        self.in_flight.get() < self.bytes + self.largest.get()
    }

    /// Takes note of an answer.
    fn answered(&self, size: usize, answer: Result<(), Error>) {
        match answer {
            Ok(()) => self.in_flight.set(self.in_flight.get() - size),
            Err(error) => drop(self.failure.borrow_mut().get_or_insert(error)),
        }
    }

    /// Takes note of the answers that are there.
    fn look(&self) {
        let mut calls = self.calls.borrow_mut();
        while let Some((size, answer)) = calls.front_mut() {
            let Some(answer) = answer.now_or_never() else { return };
            self.answered(*size, answer);
            calls.pop_front();
        }
    }

    /// Takes note of answers as they come, until it is ready.
    async fn wait(&self, is_ready: impl Fn(&Self) -> bool) -> Result<(), Error> {
        loop {
            if let Some(error) = &*self.failure.borrow() {
                return Err(error.clone());
            }
            if is_ready(self) {
                return Ok(());
            }
            let oldest = self.calls.borrow_mut().pop_front();
            let Some((size, answer)) = oldest else { return Ok(()) };
            self.answered(size, answer.await);
        }
    }
}

impl FlowController for Window {
    fn send(&mut self, message: Box<dyn OutgoingMessage>, ack: Promise<(), Error>) -> Promise<(), Error> {
        let size = message.size_in_words() * 8;
        let state = self.0.clone();
        state.look();
        state.largest.set(state.largest.get().max(size));
        state.in_flight.set(state.in_flight.get() + size);
        // At once, to keep the order. The answer tells when it has arrived.
        drop(message.send());
        state.calls.borrow_mut().push_back((size, ack));
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
