//! Takes in clients.

use std::rc::Rc;
use std::time::Duration;

use interprocess::local_socket::tokio::{Listener, prelude::*};

use super::connection::{Connection, serve};
use super::node::Node;
use crate::socket::platform::{self, Connected};

/// How long to wait when the system has no room for another connection.
const RETRY: Duration = Duration::from_millis(100);

/// Accepts clients for ever.
pub(super) async fn run(listener: &Listener, node: &Rc<Node>) {
    loop {
        let Ok(stream) = listener.accept().await else {
            // Out of file descriptors, most likely: trying again at once would only burn the CPU.
            tokio::time::sleep(RETRY).await;
            continue;
        };
        if !platform::is_peer_allowed(&stream) {
            continue;
        }
        let Ok(stream) = Connected::new(stream) else { continue };
        let connection = Connection::new(node);
        if node.add_connection(connection.clone()) {
            tokio::task::spawn_local(serve(stream, connection));
        }
    }
}
