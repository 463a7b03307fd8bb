//! A local socket as capnp-rpc wants it: two halves, futures' traits, and a way to close it for good.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_util::{AsyncRead, AsyncWrite};
use interprocess::local_socket::tokio::Stream;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};

use crate::fork::Ours;
use crate::socket::platform;

/// One socket, shared by its reader and its writer.
///
/// Capabilities keep the state of a connection alive in cycles, so that dropping a half says nothing. Hence
/// [`SharedStream::close`].
#[derive(Clone)]
pub(super) struct SharedStream(Rc<RefCell<Option<(Ours, Stream)>>>);

impl SharedStream {
    pub(super) fn new(stream: Stream) -> Self {
        Self(Rc::new(RefCell::new(Some((platform::not_for_children(&stream), stream)))))
    }

    /// Closes the socket, whoever still holds a half. From then on it reads as ended.
    pub(super) fn close(&self) {
        self.0.borrow_mut().take();
    }

    fn with<T>(
        &self,
        closed: T,
        f: impl FnOnce(Pin<&mut &Stream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match self.0.borrow().as_ref() {
            Some((_, stream)) => f(Pin::new(&mut &*stream)),
            None => Poll::Ready(Ok(closed)),
        }
    }
}

impl AsyncRead for SharedStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        self.with(0, |stream| {
            let mut buf = ReadBuf::new(buf);
            stream.poll_read(cx, &mut buf).map_ok(|()| buf.filled().len())
        })
    }
}

impl AsyncWrite for SharedStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.with(0, |stream| platform::poll_write_vectored(&stream, cx, bufs))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with((), |stream| stream.poll_flush(cx))
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with((), |stream| stream.poll_shutdown(cx))
    }
}
