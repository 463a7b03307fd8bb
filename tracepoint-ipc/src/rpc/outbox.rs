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

/// Messages that are written together at most.
const GATHERED: usize = 8;

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

    /// Whether it was told to end.
    pub(super) fn is_terminated(&self) -> bool {
        self.last.borrow().is_some()
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

    /// Takes messages that are to be written together: a call to the system costs more than what most carry.
    fn gather(&self) -> Vec<Outgoing> {
        let mut messages = self.messages.borrow_mut();
        let count = messages.len().min(GATHERED);
        messages.drain(..count).collect()
    }

    fn count_written(&self, messages: &[Outgoing]) {
        let bytes: usize = messages.iter().map(|message| message.size() + OVERHEAD).sum();
        self.unsent.set(self.unsent.get() - bytes);
        self.written.set(self.written.get() + messages.len() as u64);
        self.progress.notify_waiters();
    }

    /// Writes what is put in, until [`terminate`](Self::terminate) or an error of the socket.
    pub(super) fn write_to(
        self: Rc<Self>,
        mut writer: impl AsyncWrite + Unpin,
    ) -> impl Future<Output = capnp::Result<()>> {
        let open = Open(self);
        async move {
            let outbox = &open.0;
            loop {
                let messages = outbox.gather();
                if !messages.is_empty() {
                    write(&messages, &mut writer).await?;
                    outbox.count_written(&messages);
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

/// Writes messages as a whole, one after the other.
async fn write(messages: &[Outgoing], writer: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    let mut slices = Vec::with_capacity(4 * messages.len());
    messages.iter().for_each(|message| message.slices(&mut slices));
    let mut rest = &mut *slices;
    while !rest.is_empty() {
        match poll_fn(|cx| Pin::new(&mut *writer).poll_write_vectored(cx, rest)).await? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            done => IoSlice::advance_slices(&mut rest, done),
        }
    }
    Ok(())
}

fn terminated() -> Error {
    Error::disconnected("the connection has ended".to_owned())
}
