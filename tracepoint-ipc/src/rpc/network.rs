//! The network that capnp-rpc runs on: one socket with one other side.
//!
//! It differs from the one that comes with capnp-rpc in three ways:
//! - It bounds what the other side can make us hold. capnp-rpc answers every call at once and queues the answers
//!   without limit; here, nothing more is read while too many bytes wait to be written, and a connection that
//!   leaves too many answers open is ended.
//! - Messages can have [attachments](super::attachment), which are written from where they are.
//! - The memory of messages that come in is used again, and can be [kept](super::arrivals) with their content.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use capnp::Error;
use capnp::capability::Promise;
use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::{Connection as RpcConnection, FlowController, IncomingMessage, OutgoingMessage, VatNetwork};
use futures_util::future::Shared;
use futures_util::{AsyncRead, AsyncWrite, FutureExt};
use tokio::sync::oneshot;

use super::answers::OpenAnswers;
use super::arrivals::Arrivals;
use super::attachment::Attachments;
use super::capabilities;
use super::incoming::Incoming;
use super::outbox::Outbox;
use super::outgoing::Draft;
use super::window::Window;

/// What one connection may make us hold.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// Bytes that wait to be written, above which nothing more is read.
    pub(super) unsent_bytes: usize,
    /// Calls whose answers the caller has not released.
    pub(super) open_answers: usize,
    /// Words of a message that we take.
    pub(super) receive_words: usize,
    /// Bytes of batches on their way to one subscriber: more than it acknowledges together.
    pub(super) window_bytes: usize,
}

/// A network of two.
pub(super) struct Network<R: 'static> {
    side: Side,
    /// For the first one to accept it.
    connection: Option<Connection<R>>,
    /// For those who connect.
    inner: Weak<Inner<R>>,
    driver: Shared<Promise<(), Error>>,
}

impl<R: AsyncRead + Unpin + 'static> Network<R> {
    pub(super) fn new(
        reader: R,
        writer: impl AsyncWrite + Unpin + 'static,
        side: Side,
        bounds: Bounds,
        attachments: Attachments,
        arrivals: Arrivals,
    ) -> Self {
        let outbox = Rc::<Outbox>::default();
        let written = outbox.clone().write_to(writer);
        let (alive, gone) = oneshot::channel::<()>();
        let inner = Rc::new(Inner {
            reader: RefCell::new(Some(reader)),
            arrivals,
            outbox,
            open: Rc::new(OpenAnswers::new(bounds.open_answers)),
            attachments,
            side,
            bounds,
            _alive: alive,
        });
        // Until all is written that was to be, or nobody has the connection any more.
        let terminated = inner.outbox.clone();
        let driver = Promise::from_future(async move {
            let result = written.await;
            if !terminated.is_terminated() {
                let _ = gone.await;
            }
            result
        });
        let weak = Rc::downgrade(&inner);
        Self { side, connection: Some(Connection(inner)), inner: weak, driver: driver.shared() }
    }
}

impl<R: AsyncRead + Unpin + 'static> VatNetwork<Side> for Network<R> {
    fn connect(&mut self, host: Side) -> Option<Box<dyn RpcConnection<Side>>> {
        if host == self.side {
            return None;
        }
        Some(Box::new(Connection(self.inner.upgrade()?)))
    }

    fn accept(&mut self) -> Promise<Box<dyn RpcConnection<Side>>, Error> {
        match self.connection.take() {
            Some(connection) => Promise::ok(Box::new(connection)),
            None => Promise::from_future(std::future::pending()),
        }
    }

    fn drive_until_shutdown(&mut self) -> Promise<(), Error> {
        Promise::from_future(self.driver.clone())
    }
}

struct Connection<R: 'static>(Rc<Inner<R>>);

struct Inner<R> {
    /// Taken while a message is read.
    reader: RefCell<Option<R>>,
    arrivals: Arrivals,
    outbox: Rc<Outbox>,
    open: Rc<OpenAnswers>,
    attachments: Attachments,
    side: Side,
    bounds: Bounds,
    /// Dropped with the last of the connections.
    _alive: oneshot::Sender<()>,
}

impl<R: AsyncRead + Unpin> Inner<R> {
    async fn receive(&self) -> capnp::Result<Option<Box<dyn IncomingMessage>>> {
        self.outbox.wait_for_room(self.bounds.unsent_bytes).await;
        let reader = self.reader.take();
        let mut reader = reader.ok_or_else(|| Error::failed("a message is being read".to_owned()))?;
        let message = Incoming::read(&mut reader, self.bounds.receive_words, &self.arrivals).await;
        if self.outbox.is_terminated() {
            // capnp-rpc panics if it hears of anything, even of the end, when it has forgotten the connection.
            std::future::pending().await
        }
        let message = message?;
        self.reader.replace(Some(reader));
        let Some(message) = message else { return Ok(None) };
        capabilities::check(&message)?;
        self.open.observe(&message, message.size())?;
        Ok(Some(Box::new(message)))
    }
}

impl<R: AsyncRead + Unpin> RpcConnection<Side> for Connection<R> {
    fn get_peer_vat_id(&self) -> Side {
        self.0.side
    }

    fn new_outgoing_message(&mut self, _: u32) -> Box<dyn OutgoingMessage> {
        let attachment = self.0.attachments.take();
        Box::new(Draft::new(attachment, self.0.outbox.clone(), self.0.open.clone()))
    }

    fn receive_incoming_message(&mut self) -> Promise<Option<Box<dyn IncomingMessage>>, Error> {
        let inner = self.0.clone();
        Promise::from_future(async move { inner.receive().await })
    }

    fn new_stream(&mut self) -> (Box<dyn FlowController>, Promise<(), Error>) {
        (Box::new(Window::new(self.0.bounds.window_bytes)), Promise::ok(()))
    }

    fn shutdown(&mut self, result: capnp::Result<()>) -> Promise<(), Error> {
        self.0.outbox.terminate(result)
    }
}
