//! Messages that wait to be written, and who writes them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;

use capnp::Error;
use capnp::capability::Promise;
use futures_util::AsyncWrite;
use tokio::sync::Notify;

use super::outgoing::Outgoing;

/// Bytes that a message takes besides its contents, roughly.
const OVERHEAD: usize = 1024;

/// The queue of one connection. capnp-rpc puts in what it likes; it is bounded by not reading from a connection
/// that does not take what is written, see [`wait_for_room`](Self::wait_for_room).
#[derive(Default)]
pub(super) struct Outbox {
    messages: RefCell<VecDeque<Outgoing>>,
    /// Bytes that wait.
    unsent: Cell<usize>,
    /// Messages so far that were put in, and that were written.
    posted: Cell<u64>,
    written: Cell<u64>,
    /// With this result no more are to be written once the queue is empty.
    last: RefCell<Option<capnp::Result<()>>>,
    /// Nothing will be written any more.
    closed: Cell<bool>,
    /// There is something to do for the writer.
    work: Notify,
    /// Something was written, or nothing will be any more.
    progress: Notify,
}

impl Outbox {
    /// Puts a message at the end. The promise resolves when it was written.
    pub(super) fn post(self: &Rc<Self>, message: Outgoing) -> Promise<(), Error> {
        if self.closed.get() || self.last.borrow().is_some() {
            return Promise::err(terminated());
        }
        self.unsent.set(self.unsent.get() + message.size() + OVERHEAD);
        self.messages.borrow_mut().push_back(message);
        self.posted.set(self.posted.get() + 1);
        self.work.notify_one();
        self.wait_written(self.posted.get())
    }

    /// Ends the writer with this result when all messages so far are written. The promise resolves then.
    pub(super) fn terminate(self: &Rc<Self>, result: capnp::Result<()>) -> Promise<(), Error> {
        self.last.borrow_mut().get_or_insert(result);
        self.work.notify_one();
        self.wait_written(self.posted.get())
    }

    fn wait_written(self: &Rc<Self>, number: u64) -> Promise<(), Error> {
        let outbox = self.clone();
        Promise::from_future(async move {
            while outbox.written.get() < number {
                if outbox.closed.get() {
                    return Err(terminated());
                }
                outbox.progress.notified().await;
            }
            Ok(())
        })
    }

    /// Waits until no more than so many bytes wait to be written, or nothing will be any more.
    pub(super) async fn wait_for_room(&self, limit: usize) {
        while self.unsent.get() > limit && !self.closed.get() {
            self.progress.notified().await;
        }
    }

    /// Writes what is put in, until [`terminate`](Self::terminate) or an error of the socket.
    pub(super) fn write_to(
        self: Rc<Self>,
        mut writer: impl AsyncWrite + Unpin,
    ) -> impl Future<Output = capnp::Result<()>> {
        let open = Open(self);
        async move {
            let outbox = &open.0;
            let mut table = Vec::new();
            loop {
                let next = outbox.messages.borrow_mut().pop_front();
                if let Some(message) = next {
                    write(&message, &mut table, &mut writer).await?;
                    outbox.unsent.set(outbox.unsent.get() - message.size() - OVERHEAD);
                    outbox.written.set(outbox.written.get() + 1);
                    outbox.progress.notify_waiters();
                } else if let Some(result) = outbox.last.borrow().clone() {
                    return result;
                } else {
                    outbox.work.notified().await;
                }
            }
        }
    }
}

/// The writer is there. When it goes, so do the messages, and whoever waits hears of it.
struct Open(Rc<Outbox>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.closed.set(true);
        let messages = self.0.messages.take();
        drop(messages);
        self.0.progress.notify_waiters();
    }
}

/// Writes a message as a whole, its segment table first.
async fn write(
    message: &Outgoing,
    table: &mut Vec<u8>,
    writer: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    let mut done = 0;
    loop {
        let more = poll_fn(|cx| {
            message.with_slices(table, |mut slices: &mut [IoSlice<'_>]| {
                IoSlice::advance_slices(&mut slices, done);
                if slices.is_empty() {
                    return std::task::Poll::Ready(Ok(None));
                }
                Pin::new(&mut *writer).poll_write_vectored(cx, slices).map_ok(Some)
            })
        });
        match more.await? {
            None => return Ok(()),
            Some(0) => return Err(io::ErrorKind::WriteZero.into()),
            Some(more) => done += more,
        }
    }
}

fn terminated() -> Error {
    Error::disconnected("the connection has ended".to_owned())
}
