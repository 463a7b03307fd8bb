//! A client of whatever is at the other end of a socket.

use std::cell::RefCell;
use std::io;
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use tokio::sync::Notify;

use super::{Attached, Client};
use crate::rpc::{self, Arrivals};

/// Attaches without looking whether an exporter answers.
///
/// # Errors
/// The event loop cannot take the socket.
pub fn attach(socket: UnixStream) -> io::Result<Client> {
    let arrivals = Arrivals::default();
    let (tracing, link) = rpc::connect(rpc::fuzzing::stream(socket)?, arrivals.clone());
    let closed = Rc::new(Notify::new());
    let stop = closed.clone();
    tokio::task::spawn_local(async move {
        let _ = link.run(stop.notified()).await;
    });
    Ok(Client(Rc::new(Attached { tracing, schema: RefCell::default(), arrivals, closed })))
}
