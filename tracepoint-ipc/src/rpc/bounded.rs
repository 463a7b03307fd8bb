//! Bounds the memory that the other side of a connection can make us hold.
//!
//! capnp-rpc answers every call at once and queues the answers without limit, and it keeps an entry for each
//! answer until the caller says that it is done with it. This wrapper around its network stops to read while
//! too many bytes wait to be written, and ends a connection that leaves too many answers open.

use std::cell::{Cell, RefCell};
use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

use capnp::Error;
use capnp::capability::Promise;
use capnp::message::{Builder, HeapAllocator};
use capnp_rpc::rpc_capnp::message;
use capnp_rpc::{Connection, FlowController, IncomingMessage, OutgoingMessage, VatNetwork};
use futures_util::FutureExt;
use futures_util::future::Shared;

/// What one connection may make us hold.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// Bytes that wait to be written, above which nothing more is read.
    pub(super) unsent_bytes: usize,
    /// Calls whose answers the caller has not released.
    pub(super) open_answers: usize,
}

/// Bytes that a message takes besides its contents, roughly.
const OVERHEAD: usize = 1024;

/// A network whose connections are bounded.
pub(super) struct Bounded<N> {
    network: N,
    bounds: Bounds,
}

impl<N> Bounded<N> {
    pub(super) fn new(network: N, bounds: Bounds) -> Self {
        Self { network, bounds }
    }
}

impl<V: 'static, N: VatNetwork<V>> VatNetwork<V> for Bounded<N> {
    fn connect(&mut self, host: V) -> Option<Box<dyn Connection<V>>> {
        let inner = self.network.connect(host)?;
        Some(Box::new(BoundedConnection::new(inner, self.bounds)))
    }

    fn accept(&mut self) -> Promise<Box<dyn Connection<V>>, Error> {
        let (accepted, bounds) = (self.network.accept(), self.bounds);
        Promise::from_future(async move {
            Ok(Box::new(BoundedConnection::new(accepted.await?, bounds)) as Box<dyn Connection<V>>)
        })
    }

    fn drive_until_shutdown(&mut self) -> Promise<(), Error> {
        self.network.drive_until_shutdown()
    }
}

struct BoundedConnection<V: 'static> {
    inner: Box<dyn Connection<V>>,
    unsent: Rc<Unsent>,
    open: Rc<OpenAnswers>,
}

impl<V> BoundedConnection<V> {
    fn new(inner: Box<dyn Connection<V>>, bounds: Bounds) -> Self {
        let unsent = Unsent { messages: RefCell::default(), bytes: Cell::new(0), limit: bounds.unsent_bytes };
        let open = OpenAnswers { questions: RefCell::default(), limit: bounds.open_answers };
        Self { inner, unsent: Rc::new(unsent), open: Rc::new(open) }
    }
}

impl<V: 'static> Connection<V> for BoundedConnection<V> {
    fn get_peer_vat_id(&self) -> V {
        self.inner.get_peer_vat_id()
    }

    fn new_outgoing_message(&mut self, first_segment_words: u32) -> Box<dyn OutgoingMessage> {
        let inner = self.inner.new_outgoing_message(first_segment_words);
        Box::new(CountedMessage { inner, unsent: self.unsent.clone() })
    }

    fn receive_incoming_message(&mut self) -> Promise<Option<Box<dyn IncomingMessage>>, Error> {
        let received = self.inner.receive_incoming_message();
        let (unsent, open) = (self.unsent.clone(), self.open.clone());
        Promise::from_future(async move {
            unsent.wait_for_room().await;
            let message = received.await?;
            if let Some(message) = &message {
                open.observe(message.as_ref())?;
            }
            Ok(message)
        })
    }

    fn new_stream(&mut self) -> (Box<dyn FlowController>, Promise<(), Error>) {
        self.inner.new_stream()
    }

    fn shutdown(&mut self, result: capnp::Result<()>) -> Promise<(), Error> {
        self.inner.shutdown(result)
    }
}

/// Messages that wait to be written, oldest first.
struct Unsent {
    messages: RefCell<VecDeque<(Sent, usize)>>,
    bytes: Cell<usize>,
    limit: usize,
}

/// Resolves when a message is written, or never will be.
type Sent = Shared<Promise<(), Error>>;

impl Unsent {
    fn add(&self, sent: Sent, bytes: usize) {
        self.forget_sent();
        self.messages.borrow_mut().push_back((sent, bytes));
        self.bytes.set(self.bytes.get() + bytes);
    }

    /// Messages are written in order, so that it is enough to look at the oldest.
    fn forget_sent(&self) {
        while let Some((oldest, bytes)) = self.oldest() {
            if oldest.now_or_never().is_none() {
                break;
            }
            self.messages.borrow_mut().pop_front();
            self.bytes.set(self.bytes.get() - bytes);
        }
    }

    fn oldest(&self) -> Option<(Sent, usize)> {
        self.messages.borrow().front().cloned()
    }

    async fn wait_for_room(&self) {
        self.forget_sent();
        while self.bytes.get() > self.limit {
            let Some((oldest, _)) = self.oldest() else { break };
            // Whether it was written or given up makes no difference: it is gone.
            let _ = oldest.await;
            self.forget_sent();
        }
    }
}

struct CountedMessage {
    inner: Box<dyn OutgoingMessage>,
    unsent: Rc<Unsent>,
}

impl OutgoingMessage for CountedMessage {
    fn get_body(&mut self) -> capnp::Result<capnp::any_pointer::Builder<'_>> {
        self.inner.get_body()
    }

    fn get_body_as_reader(&self) -> capnp::Result<capnp::any_pointer::Reader<'_>> {
        self.inner.get_body_as_reader()
    }

    fn send(self: Box<Self>) -> (Promise<(), Error>, Rc<Builder<HeapAllocator>>) {
        let bytes = self.inner.size_in_words() * 8 + OVERHEAD;
        let (sent, message) = self.inner.send();
        let sent = sent.shared();
        self.unsent.add(sent.clone(), bytes);
        (Promise::from_future(sent), message)
    }

    fn take(self: Box<Self>) -> Builder<HeapAllocator> {
        self.inner.take()
    }

    fn size_in_words(&self) -> usize {
        self.inner.size_in_words()
    }
}

/// The questions of the other side that it has not finished.
struct OpenAnswers {
    questions: RefCell<HashSet<u32>>,
    limit: usize,
}

impl OpenAnswers {
    fn observe(&self, message: &dyn IncomingMessage) -> capnp::Result<()> {
        let message: message::Reader<'_> = message.get_body()?.get_as()?;
        let mut questions = self.questions.borrow_mut();
        match message.which() {
            Ok(message::Call(call)) => questions.insert(call?.get_question_id()),
            Ok(message::Bootstrap(bootstrap)) => questions.insert(bootstrap?.get_question_id()),
            Ok(message::Finish(finish)) => questions.remove(&finish?.get_question_id()),
            _ => false,
        };
        if questions.len() > self.limit {
            return Err(Error::overloaded(format!(
                "more than {} calls are open on this connection",
                self.limit
            )));
        }
        Ok(())
    }
}
