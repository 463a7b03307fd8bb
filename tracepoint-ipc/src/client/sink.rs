//! Takes batches from the connection and hands them to whoever reads the stream.

use std::rc::Rc;

use capnp::Error;
use tokio::sync::mpsc;

use crate::events::Batch;
use crate::rpc::Arrivals;
use crate::tracing_capnp::event_sink;
use crate::wire::read;

/// Batches that wait for the reader here. More wait in the traced process, whose queue is bounded and counts
/// what it drops.
const WAITING: usize = 4;

/// What comes through a stream.
pub(super) enum Received {
    /// Events, and the number of tracepoints that the process had registered by then.
    Batch(Batch, u32),
    /// No more events, and why.
    Done(String),
}

/// The object that the exporter calls.
pub(super) struct Sink {
    to: mpsc::Sender<Received>,
    arrivals: Arrivals,
}

impl Sink {
    /// A sink, and the other end of it.
    pub(super) fn channel(arrivals: Arrivals) -> (event_sink::Client, mpsc::Receiver<Received>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (capnp_rpc::new_client(Self { to: sender, arrivals }), receiver)
    }

    /// Waits until there is room: the exporter sends no more before this returns, so a slow reader bounds
    /// what is on its way.
    async fn hand_over(&self, received: Received) -> Result<(), Error> {
        let dropped = |_| Error::failed("the client has dropped its stream".to_owned());
        self.to.send(received).await.map_err(dropped)
    }
}

impl event_sink::Server for Sink {
    async fn push(self: Rc<Self>, params: event_sink::PushParams) -> Result<(), Error> {
        let (batch, tracepoints) = read::batch(params.get()?.get_batch()?, &self.arrivals)?;
        // What is left of the message need not wait with the batch.
        drop(params);
        self.hand_over(Received::Batch(batch, tracepoints)).await
    }

    async fn done(
        self: Rc<Self>,
        params: event_sink::DoneParams,
        _: event_sink::DoneResults,
    ) -> Result<(), Error> {
        let reason = params.get()?.get_reason()?.to_str()?.to_owned();
        self.hand_over(Received::Done(reason)).await
    }
}
