//! A local socket that has no name.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use interprocess::local_socket::tokio::Stream;
use interprocess::os::unix::uds_local_socket::tokio::Stream as UnixSocketStream;

use crate::socket::platform::Connected;

/// One end of a pair of sockets, as if a listener had accepted it.
pub(crate) fn stream(socket: UnixStream) -> io::Result<Connected> {
    socket.set_nonblocking(true)?;
    Connected::new(Stream::UdSocket(UnixSocketStream::try_from(OwnedFd::from(socket))?))
}
