//! Unix: a byte through a pair of sockets, which neither blocks nor allocates.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;

use tracepoint_core::pool::Wake;

pub(super) struct Signal(UnixStream);

pub(super) struct Waiter(tokio::net::UnixStream);

pub(super) fn pair() -> io::Result<(Signal, Waiter)> {
    let (sender, receiver) = UnixStream::pair()?;
    sender.set_nonblocking(true)?;
    receiver.set_nonblocking(true)?;
    Ok((Signal(sender), Waiter(tokio::net::UnixStream::from_std(receiver)?)))
}

impl Wake for Signal {
    fn wake(&self) {
        // If the socket is full, there is a byte to wake up for.
        let _ = (&self.0).write(&[1]);
    }
}

impl Waiter {
    pub(super) async fn wait(&self) {
        loop {
            // Takes all wake-ups so far, which may have been taken already.
            match self.0.readable().await.and_then(|()| self.0.try_read(&mut [0; 256])) {
                Ok(1..) => return,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // What is left is the timer, which would do without wake-ups too.
                Ok(0) | Err(_) => std::future::pending().await,
            }
        }
    }
}
