//! Sends the batches of one subscription, one at a time.

use std::rc::{Rc, Weak};
use std::time::Duration;

use capnp::capability::StreamingRequest;
use tokio::time::timeout;
use tracepoint_core::Batch;

use super::connection::Connection;
use super::lease::Lease;
use crate::rpc::Attachments;
use crate::tracing_capnp::event_sink;
use crate::wire::write;

/// Starts the pump of a lease. When it ends, so does the lease; when it fails, so does the connection.
pub(super) fn spawn(lease: &Rc<Lease>, sink: event_sink::Client, connection: &Rc<Connection>) {
    let (pumped, connection) = (lease.clone(), connection.clone());
    let task = tokio::task::spawn_local(async move {
        let stall = connection.node.settings.stall_timeout;
        let outcome = run(&pumped, &sink, &connection.attachments, stall).await;
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

async fn run(
    lease: &Rc<Lease>,
    sink: &event_sink::Client,
    attachments: &Attachments,
    stall: Duration,
) -> Result<(), Gone> {
    loop {
        while let Some(batch) = lease.next_batch() {
            let batch = Rc::new(Sending { batch, lease: Rc::downgrade(lease) });
            // The promise resolves when there is room in the window. Waiting for it, before the next batch is
            // built, is what bounds the memory that a slow client takes.
            match timeout(stall, push(sink, &batch, attachments).send()).await {
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

/// A batch on its way to the socket. Its memory goes back to its subscription.
struct Sending {
    batch: Batch,
    lease: Weak<Lease>,
}

impl AsRef<[u8]> for Sending {
    fn as_ref(&self) -> &[u8] {
        &self.batch.events
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.upgrade() {
            lease.recycle(std::mem::take(&mut self.batch));
        }
    }
}

/// Bytes above which events are attached instead of copied.
const ATTACH_BYTES: usize = 4096;

/// New threads and gaps above which a call may not be in one piece, as attaching needs it.
const ATTACH_ITEMS: usize = 8;

type Push = StreamingRequest<event_sink::push_params::Owned>;

fn push(sink: &event_sink::Client, sending: &Rc<Sending>, attachments: &Attachments) -> Push {
    let batch = &sending.batch;
    let request = || {
        let mut request = sink.push_request();
        write::batch(request.get().init_batch(), batch);
        request
    };
    let is_small = batch.events.len() < ATTACH_BYTES;
    let attached = if is_small || batch.gaps.len() + batch.threads.len() > ATTACH_ITEMS {
        Err(request())
    } else {
        attachments.attach(sending.clone(), request)
    };
    attached.unwrap_or_else(|mut request| {
        if let Ok(mut copy) = request.get().get_batch() {
            copy.set_events(&batch.events);
        }
        request
    })
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
