//! The thread of an exporter: its start, its life, its end.

use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures_util::future;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use tokio::time::timeout;

use super::builder::ExporterBuilder;
use super::node::{Counters, Node};
use super::signals::Blocked;
use super::{Exporter, StartError, accept, ticker};
use crate::socket::{BoundSocket, SocketName};

/// How long clients may take to receive what was fired before the exporter was stopped.
const FAREWELL: Duration = Duration::from_millis(500);

/// How long connections may take to close.
const CLOSE: Duration = Duration::from_millis(200);

/// What the client is told.
const STOPPED: &str = "the process has stopped its exporter";

/// Starts the thread and waits until its socket is open.
pub(super) fn start(builder: ExporterBuilder) -> Result<Exporter, StartError> {
    // The thread runs there.
    tracepoint_core::__macro::keep_loaded();
    let socket_name = SocketName::of_this_process(&builder.name).map_err(StartError::Name)?;
    let name = builder.name.clone();
    let counters = Arc::new(Counters::default());
    let (stop, stopped) = oneshot::channel();
    let (opened, is_open) = mpsc::sync_channel(1);
    let shared = counters.clone();
    let blocked = Blocked::new();
    let thread = std::thread::Builder::new()
        .name("tracepoints".to_owned())
        .spawn(move || run(builder, &socket_name, shared, &opened, stopped))
        .map_err(StartError::Thread)?;
    drop(blocked);
    let path = is_open
        .recv()
        .unwrap_or_else(|_| Err(StartError::Thread(io::Error::other("the thread has ended"))))?;
    Ok(Exporter { name, path, counters, stop: Some(stop), thread: Some(thread), pid: std::process::id() })
}

fn run(
    builder: ExporterBuilder,
    socket_name: &SocketName,
    counters: Arc<Counters>,
    opened: &mpsc::SyncSender<Result<PathBuf, StartError>>,
    stopped: oneshot::Receiver<()>,
) {
    let (runtime, socket) = match open(&builder, socket_name) {
        Ok(open) => open,
        Err(error) => return drop(opened.send(Err(error))),
    };
    let _ = opened.send(Ok(socket.path.clone()));
    let node = Node::new(builder.name, builder.settings, counters);
    let tasks = LocalSet::new();
    tasks.block_on(&runtime, serve(socket, node, stopped));
}

fn open(builder: &ExporterBuilder, name: &SocketName) -> Result<(Runtime, BoundSocket), StartError> {
    let runtime =
        Builder::new_current_thread().enable_io().enable_time().build().map_err(StartError::Thread)?;
    let _inside = runtime.enter();
    let socket = BoundSocket::new(name, builder.settings.directory.as_deref())?;
    Ok((runtime, socket))
}

async fn serve(socket: BoundSocket, node: Rc<Node>, stopped: oneshot::Receiver<()>) {
    tokio::select! {
        () = accept::run(&socket.listener, &node) => {}
        () = ticker::run(&node) => {}
        // Whether the handle says so or is gone makes no difference.
        _ = stopped => {}
    }
    drop(socket);
    let _ = timeout(FAREWELL, say_goodbye(&node)).await;
    let _ = timeout(CLOSE, close(&node)).await;
}

/// Sends what was fired before, and tells every client why no more will come.
async fn say_goodbye(node: &Node) {
    let leases = node.leases();
    for lease in &leases {
        lease.begin_close(STOPPED);
    }
    future::join_all(leases.iter().map(|lease| lease.wait_ended())).await;
}

async fn close(node: &Node) {
    for connection in node.connections() {
        connection.stop.notify_one();
    }
    while !node.connections().is_empty() {
        node.connections_changed.notified().await;
    }
}
