//! Sends the batches of one subscription, one at a time.

use std::rc::Rc;
use std::time::Duration;

use tokio::time::timeout;
use tracepoint_core::Batch;

use super::connection::Connection;
use super::lease::Lease;
use crate::tracing_capnp::event_sink;
use crate::wire::write;

/// Starts the pump of a lease. When it ends, so does the lease; when it fails, so does the connection.
pub(super) fn spawn(lease: &Rc<Lease>, sink: event_sink::Client, connection: &Rc<Connection>) {
    let (pumped, connection) = (lease.clone(), connection.clone());
    let task = tokio::task::spawn_local(async move {
        let stall = connection.node.settings.stall_timeout;
        let outcome = run(&pumped, &sink, stall).await;
        drop(sink);
        if outcome.is_err() {
            connection.stop.notify_one();
        }
        pumped.cancel();
    });
    lease.set_pump(task.abort_handle());
}

/// The client cannot be reached any more, or takes nothing.
struct Gone;

async fn run(lease: &Lease, sink: &event_sink::Client, stall: Duration) -> Result<(), Gone> {
    loop {
        while let Some(batch) = lease.next_batch() {
            // The promise resolves when there is room in the window. Waiting for it, before the next batch is
            // built, is what bounds the memory that a slow client takes.
            let sent = timeout(stall, push(sink, &batch).send()).await;
            lease.recycle(batch);
            match sent {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Err(Gone),
            }
        }
        if let Some(reason) = lease.closing() {
            return done(sink, reason, stall).await;
        }
        lease.work.notified().await;
    }
}

fn push(
    sink: &event_sink::Client,
    batch: &Batch,
) -> capnp::capability::StreamingRequest<event_sink::push_params::Owned> {
    let mut request = sink.push_request();
    write::batch(request.get().init_batch(), batch);
    request
}

/// Tells the client that this was all. The call waits behind all batches, so its answer says that the client has
/// taken them.
async fn done(sink: &event_sink::Client, reason: &str, stall: Duration) -> Result<(), Gone> {
    let mut request = sink.done_request();
    request.get().set_reason(reason);
    match timeout(stall, request.send().promise).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Gone),
    }
}
