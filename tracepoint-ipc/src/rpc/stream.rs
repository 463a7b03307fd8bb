//! A local socket as capnp-rpc wants it: two halves, futures' traits, and a way to close it for good.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_util::{AsyncRead, AsyncWrite};

use crate::socket::platform::Connected;

/// One socket, shared by its reader and its writer.
///
/// Capabilities keep the state of a connection alive in cycles, so that dropping a half says nothing. Hence
/// [`SharedStream::close`].
#[derive(Clone)]
pub(super) struct SharedStream(Rc<RefCell<Option<Connected>>>);

impl SharedStream {
    pub(super) fn new(socket: Connected) -> Self {
        Self(Rc::new(RefCell::new(Some(socket))))
    }

    /// Closes the socket, whoever still holds a half. From then on it reads as ended, and takes nothing.
    pub(super) fn close(&self) {
        self.0.borrow_mut().take();
    }

    fn with(&self, f: impl FnOnce(&mut Connected) -> Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.0.borrow_mut().as_mut().map_or(Poll::Ready(Ok(0)), f)
    }
}

impl AsyncRead for SharedStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        self.with(|socket| socket.poll_read(cx, buffer))
    }
}

impl AsyncWrite for SharedStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(buffer)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.with(|socket| socket.poll_write_vectored(cx, slices))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Nothing is held back.
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.close();
        Poll::Ready(Ok(()))
    }
}
