//! One connection, from either end.

use std::future::Future;
use std::time::Duration;

use capnp::message::ReaderOptions;
use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::twoparty::VatNetwork;
use capnp_rpc::{Disconnector, RpcSystem};
use futures_util::future;
use futures_util::io::{BufReader, BufWriter};
use interprocess::local_socket::tokio::Stream;
use tokio::time::timeout;

use super::bounded::{Bounded, Bounds};
use super::stream::SharedStream;
use crate::tracing_capnp::tracing;

/// Words of a message that an exporter takes. Requests are a few hundred bytes, and a message is allocated as
/// soon as its size is announced.
const SERVER_RECEIVE_WORDS: usize = 8192;

/// Words of a message that a client takes: a batch with one event of the largest size, and room.
const CLIENT_RECEIVE_WORDS: usize = 4 << 20;

/// Bytes of batches on their way to one subscriber.
const WINDOW_BYTES: usize = 256 << 10;

/// Longer than any honest client needs: its batches in flight are bounded by the window.
const SERVER_BOUNDS: Bounds = Bounds { unsent_bytes: 4 << 20, open_answers: 256 };

/// The exporter calls a client once for each batch in flight.
const CLIENT_BOUNDS: Bounds = Bounds { unsent_bytes: 4 << 20, open_answers: 1 << 16 };

/// How long a closing connection may take to write what it has queued.
const LINGER: Duration = Duration::from_millis(100);

/// The state of one connection, to be run.
pub(crate) struct Link {
    rpc: RpcSystem<Side>,
    disconnector: Disconnector<Side>,
    stream: CloseOnDrop,
}

/// The end of an exporter: `bootstrap` is what a client gets to see.
pub(crate) fn serve(stream: Stream, bootstrap: &tracing::Client) -> Link {
    let bootstrap = capnp::capability::Client::new(bootstrap.client.hook.add_ref());
    Link::new(stream, Side::Server, SERVER_RECEIVE_WORDS, SERVER_BOUNDS, Some(bootstrap))
}

/// The end of a client. The capability works as soon as the link runs.
pub(crate) fn connect(stream: Stream) -> (tracing::Client, Link) {
    let mut link = Link::new(stream, Side::Client, CLIENT_RECEIVE_WORDS, CLIENT_BOUNDS, None);
    let tracing = link.rpc.bootstrap(Side::Server);
    (tracing, link)
}

impl Link {
    fn new(
        stream: Stream,
        side: Side,
        receive_words: usize,
        bounds: Bounds,
        bootstrap: Option<capnp::capability::Client>,
    ) -> Self {
        let stream = SharedStream::new(stream);
        let mut options = ReaderOptions::new();
        options.traversal_limit_in_words(Some(receive_words));
        let (reader, writer) = (BufReader::new(stream.clone()), BufWriter::new(stream.clone()));
        let mut network = VatNetwork::new(reader, writer, side, options);
        network.set_window_size(WINDOW_BYTES);
        let rpc = RpcSystem::new(Box::new(Bounded::new(network, bounds)), bootstrap);
        let disconnector = rpc.get_disconnector();
        Self { rpc, disconnector, stream: CloseOnDrop(stream) }
    }

    /// Runs until the other side goes or `stop` resolves, and closes the socket. An error says what the other
    /// side did wrong; going away is none.
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) -> capnp::Result<()> {
        let Self { mut rpc, disconnector, stream } = self;
        let result = tokio::select! {
            result = &mut rpc => result,
            () = stop => {
                // The disconnector waits until all is written, which a client that does not read prevents.
                let _ = timeout(LINGER, future::join(disconnector, rpc)).await;
                Ok(())
            }
        };
        drop(stream);
        result
    }
}

struct CloseOnDrop(SharedStream);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}
