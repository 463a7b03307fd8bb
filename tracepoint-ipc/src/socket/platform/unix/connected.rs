//! A connected socket that wakes its task for no more than it waits for.
//!
//! The event loop's own type always waits for both directions: whenever the other side reads, it wakes who has
//! nothing to write. For batches that would be every second time that a thread is woken.

use std::io::{self, IoSlice};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use interprocess::local_socket::tokio::Stream;
use rustix::io::Errno;
use rustix::net::sockopt::set_socket_send_buffer_size;
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags, recv, sendmsg};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::fork::Ours;

/// Bytes that the system may hold for the other side: all batches of a pass, lest writing them take several
/// attempts. Linux has 208 KiB unless asked, others 8.
const SEND_BYTES: usize = 512 << 10;

/// Without a signal. Apple has no such flag, but a setting of the socket.
#[cfg(not(target_vendor = "apple"))]
const SILENTLY: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const SILENTLY: SendFlags = SendFlags::empty();

/// One end of a connection, to be read by one task and written to by one.
pub(crate) struct Connected {
    /// Keeps a forked child from keeping the connection open. Dropped before the socket.
    _ours: Ours,
    /// None only when the event loop would not take it again.
    watched: Option<Watched>,
    socket: Rc<UnixStream>,
    /// Who waits for something to read.
    reader: Option<Waker>,
}

/// What the event loop looks for.
struct Watched {
    socket: AsyncFd<Rc<UnixStream>>,
    /// Whether the event loop looks for room to write, too.
    for_room: bool,
}

impl Connected {
    /// Takes the socket from the event loop's own type.
    ///
    /// # Errors
    /// The system has no room for one more that is watched.
    pub(crate) fn new(stream: Stream) -> io::Result<Self> {
        let Stream::UdSocket(stream) = stream;
        let socket = Rc::new(tokio::net::UnixStream::from(stream).into_std()?);
        let ours = Ours::new(&*socket);
        #[cfg(target_vendor = "apple")]
        rustix::net::sockopt::set_socket_nosigpipe(&socket, true)?;
        // Whatever the system lets us have.
        let _ = set_socket_send_buffer_size(&socket, SEND_BYTES);
        let watched = Watched::new(socket.clone(), false)?;
        Ok(Self { _ours: ours, watched: Some(watched), socket, reader: None })
    }

    /// Reads what is there; 0 at the end.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            let watched = self.watched.as_ref().ok_or(Errno::BADF)?;
            let Poll::Ready(ready) = watched.socket.poll_read_ready(cx) else {
                self.reader = Some(cx.waker().clone());
                return Poll::Pending;
            };
            let mut ready = ready?;
            match recv(&self.socket, &mut *buffer, RecvFlags::empty()) {
                Ok((_, read)) => {
                    // That was all: the event loop tells when there is more.
                    if read > 0 && read < buffer.len() {
                        ready.clear_ready();
                    }
                    return Poll::Ready(Ok(read));
                }
                Err(Errno::AGAIN) => ready.clear_ready(),
                Err(Errno::INTR) => {}
                Err(error) => return Poll::Ready(Err(error.into())),
            }
        }
    }

    /// Writes several slices with one call to the system. If the other side is gone that is an error, and not a
    /// signal that ends the process.
    pub(crate) fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            let watched = self.watched.as_ref().ok_or(Errno::BADF)?;
            let mut room = match watched.for_room {
                true => Some(ready!(watched.socket.poll_write_ready(cx))?),
                false => None,
            };
            match sendmsg(&self.socket, slices, &mut SendAncillaryBuffer::default(), SILENTLY) {
                Ok(written) => {
                    let is_all = written == slices.iter().map(|slice| slice.len()).sum::<usize>();
                    if watched.for_room && is_all {
                        self.watch(false)?;
                    }
                    return Poll::Ready(Ok(written));
                }
                Err(Errno::AGAIN) => match &mut room {
                    Some(room) => room.clear_ready(),
                    None => self.watch(true)?,
                },
                Err(Errno::INTR) => {}
                Err(error) => return Poll::Ready(Err(error.into())),
            }
        }
    }

    /// Has the event loop look for room to write from now on, or not.
    fn watch(&mut self, for_room: bool) -> io::Result<()> {
        drop(self.watched.take());
        // The event loop has forgotten who waits: to be told of the error, too, if there is one.
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        self.watched = Some(Watched::new(self.socket.clone(), for_room)?);
        Ok(())
    }
}

impl Watched {
    fn new(socket: Rc<UnixStream>, for_room: bool) -> io::Result<Self> {
        let interest = if for_room { Interest::READABLE | Interest::WRITABLE } else { Interest::READABLE };
        // SAFETY: the descriptor is that of the socket, which stays open as long as it is held here.
        let socket = unsafe { AsyncFd::register_with_interest(socket, interest) }?;
        Ok(Self { socket, for_room })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::poll_fn;
    use std::io::{Read, Write};
    use std::os::fd::OwnedFd;
    use std::pin::Pin;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use futures_util::StreamExt;
    use futures_util::stream::FuturesUnordered;
    use interprocess::os::unix::uds_local_socket::tokio::Stream as UnixSocketStream;
    use tokio::runtime::Builder;
    use tokio::time::timeout;

    use super::*;

    /// More than any system lets a socket hold.
    const BYTES: usize = 32 << 20;

    /// Runs a test with one end of a connection, and the other one.
    fn run<F: Future<Output = ()>>(test: impl FnOnce(Connected, UnixStream) -> F) {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (ours, theirs) = UnixStream::pair().unwrap();
            ours.set_nonblocking(true).unwrap();
            let ours = UnixSocketStream::try_from(OwnedFd::from(ours)).unwrap();
            let test = test(Connected::new(Stream::UdSocket(ours)).unwrap(), theirs);
            timeout(Duration::from_secs(20), test).await.expect("in time");
        });
    }

    async fn write_all(ours: &mut Connected, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let slices = |bytes| [IoSlice::new(&[]), IoSlice::new(bytes)];
            let written = poll_fn(|cx| ours.poll_write_vectored(cx, &slices(bytes))).await.unwrap();
            bytes = &bytes[written..];
        }
    }

    #[test]
    fn what_has_no_room_is_written_when_there_is_some() {
        run(|mut ours, mut theirs| async move {
            let sent: Vec<u8> = (0..BYTES).map(|at| (at / 1000) as u8).collect();
            let reader = thread::spawn(move || {
                let mut received = Vec::new();
                theirs.read_to_end(&mut received).map(|_| received)
            });
            for part in sent.chunks(BYTES / 2) {
                write_all(&mut ours, part).await;
                assert!(!ours.watched.as_ref().unwrap().for_room, "it goes on to look for room");
            }
            drop(ours);
            assert!(reader.join().unwrap().unwrap() == sent);
        });
    }

    #[test]
    fn who_waits_to_read_is_woken_while_another_waits_for_room() {
        run(|ours, mut theirs| async move {
            let (heard, wait_heard) = mpsc::channel();
            let other = thread::spawn(move || {
                let mut received = vec![0; BYTES];
                // The writer has begun. Nothing more is read until the reader has heard of it.
                theirs.read_exact(&mut received[..1]).unwrap();
                theirs.write_all(b"go on").unwrap();
                wait_heard.recv().unwrap();
                theirs.read_exact(&mut received[1..]).unwrap();
            });
            let ours = RefCell::new(ours);
            // Each with a waker of its own.
            let mut tasks = FuturesUnordered::<Pin<Box<dyn Future<Output = ()>>>>::new();
            tasks.push(Box::pin(async {
                let mut answer = [0; 10];
                let read = poll_fn(|cx| ours.borrow_mut().poll_read(cx, &mut answer)).await.unwrap();
                assert_eq!(&answer[..read], b"go on");
                heard.send(()).unwrap();
            }));
            tasks.push(Box::pin(async {
                let (bytes, mut left) = (vec![1; BYTES], BYTES);
                while left > 0 {
                    let rest = [IoSlice::new(&bytes[..left])];
                    left -= poll_fn(|cx| ours.borrow_mut().poll_write_vectored(cx, &rest)).await.unwrap();
                }
            }));
            while tasks.next().await.is_some() {}
            other.join().unwrap();
        });
    }

    #[test]
    fn the_end_of_the_other_side_is_heard_of() {
        run(|mut ours, theirs| async move {
            drop(theirs);
            assert_eq!(poll_fn(|cx| ours.poll_read(cx, &mut [0; 8])).await.unwrap(), 0);
            let written = poll_fn(|cx| ours.poll_write_vectored(cx, &[IoSlice::new(b"hello")])).await;
            assert_eq!(written.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        });
    }
}
