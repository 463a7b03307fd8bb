//! Messages that wait to be written, and who writes them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use capnp::Error;
use capnp::capability::Promise;
use futures_util::AsyncWrite;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::outgoing::Outgoing;

/// Bytes that a message takes besides its contents, roughly.
const OVERHEAD: usize = 1024;

/// Messages that are written together at most.
const GATHERED: usize = 32;

/// How long a message that may wait does.
const PATIENCE: Duration = Duration::from_millis(20);

/// When a message is to be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Now.
    Now,
    /// With the next one, or a little later: it is not worth a call to the system, and waking the other side.
    Later,
}

/// The queue of one connection. capnp-rpc puts in what it likes; it is bounded by not reading from a connection
/// that does not take what is written, see [`wait_for_room`](Self::wait_for_room).
#[derive(Default)]
pub(super) struct Outbox {
    messages: RefCell<VecDeque<Outgoing>>,
    /// Some of them are to be written now.
    urgent: Cell<bool>,
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
    pub(super) fn post(self: &Rc<Self>, message: Outgoing, urgency: Urgency) -> Promise<(), Error> {
        if self.closed.get() || self.last.borrow().is_some() {
            return Promise::err(terminated());
        }
        self.unsent.set(self.unsent.get() + message.size() + OVERHEAD);
        let mut messages = self.messages.borrow_mut();
        messages.push_back(message);
        self.posted.set(self.posted.get() + 1);
        self.urgent.set(self.urgent.get() || urgency == Urgency::Now);
        if self.urgent.get() || messages.len() == 1 {
            self.work.notify_one();
        }
        self.wait_written(self.posted.get())
    }

    /// Ends the writer with this result when all messages so far are written. The promise resolves then.
    pub(super) fn terminate(self: &Rc<Self>, result: capnp::Result<()>) -> Promise<(), Error> {
        self.last.borrow_mut().get_or_insert(result);
        self.urgent.set(true);
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

    /// Waits until a message is to be written now, or one has waited for long enough.
    async fn wait_until_urgent(&self) {
        let urgent = async {
            while !self.urgent.get() {
                self.work.notified().await;
            }
        };
        if !self.urgent.get() {
            let _ = timeout(PATIENCE, urgent).await;
        }
    }

    /// Takes messages that are to be written together: a call to the system costs more than what most carry.
    fn gather(&self) -> Vec<Outgoing> {
        let mut messages = self.messages.borrow_mut();
        let count = messages.len().min(GATHERED);
        self.urgent.set(count < messages.len());
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
                if !outbox.messages.borrow().is_empty() {
                    outbox.wait_until_urgent().await;
                    let messages = outbox.gather();
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

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll};

    use capnp::message::Builder;
    use futures_util::future;

    use super::*;

    /// How much each call has written.
    #[derive(Clone, Default)]
    struct Written(Rc<RefCell<Vec<usize>>>);

    impl AsyncWrite for Written {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            self.0.borrow_mut().push(bytes.len());
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_write_vectored(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            slices: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            let bytes: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
            self.poll_write(cx, &bytes)
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    /// A message of one empty segment: a table of eight bytes, and a null pointer.
    fn message() -> Outgoing {
        let mut message = Builder::new_default();
        message.init_root::<capnp::any_pointer::Builder<'_>>();
        Outgoing::built(Rc::new(message))
    }

    const BYTES: usize = 16;

    /// Posts messages, and returns what was written when all of them were.
    fn written(posted: &[Urgency]) -> Vec<usize> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (outbox, written) = (Rc::<Outbox>::default(), Written::default());
        runtime.block_on(async {
            let writer = outbox.clone().write_to(written.clone());
            let posted = posted.iter().map(|urgency| outbox.post(message(), *urgency));
            future::select(std::pin::pin!(writer), future::join_all(posted)).await;
        });
        written.0.take()
    }

    #[test]
    fn a_message_that_may_wait_is_written_with_the_next_one() {
        assert_eq!(written(&[Urgency::Later, Urgency::Later, Urgency::Now]), [3 * BYTES]);
    }

    #[test]
    fn a_message_that_may_wait_is_written_if_no_other_comes() {
        assert_eq!(written(&[Urgency::Later]), [BYTES]);
        assert_eq!(written(&[Urgency::Now, Urgency::Later]), [2 * BYTES]);
    }

    #[test]
    fn what_waits_is_written_before_the_end() {
        let (outbox, written) = (Rc::<Outbox>::default(), Written::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let writer = outbox.clone().write_to(written.clone());
            drop(outbox.post(message(), Urgency::Later));
            drop(outbox.terminate(Ok(())));
            writer.await.unwrap();
        });
        assert_eq!(*written.0.borrow(), [BYTES]);
    }
}
