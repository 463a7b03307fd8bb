//! One connection, from either end.

use std::future::Future;
use std::time::Duration;

use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::{Disconnector, RpcSystem};
use futures_util::future;
use futures_util::io::BufReader;
use tokio::time::timeout;

use super::arrivals::Arrivals;
use super::attachment::Attachments;
use super::network::{Bounds, Network};
use super::stream::SharedStream;
use crate::socket::platform::Connected;
use crate::tracing_capnp::tracing;

/// Requests are a few hundred bytes, and a message is allocated as soon as its size is announced. What waits to
/// be written is longer than a client with a few subscriptions needs, as the window bounds the batches of each; one
/// with more of them is heard again when some of it is written.
const SERVER_BOUNDS: Bounds =
    Bounds { unsent_bytes: 4 << 20, open_answers: 256, receive_words: 8192, window_bytes: 1 << 20 };

/// A client takes a batch with one event of the largest size, and is called once for each batch in flight.
const CLIENT_BOUNDS: Bounds =
    Bounds { unsent_bytes: 4 << 20, open_answers: 1 << 16, receive_words: 4 << 20, window_bytes: 1 << 20 };

/// How long a closing connection may take to write what it has queued.
const LINGER: Duration = Duration::from_millis(100);

/// The state of one connection, to be run.
pub(crate) struct Link {
    rpc: RpcSystem<Side>,
    disconnector: Disconnector<Side>,
    stream: CloseOnDrop,
}

/// The end of an exporter: `bootstrap` is what a client gets to see. Its calls may have `attachments`.
pub(crate) fn serve(stream: Connected, bootstrap: &tracing::Client, attachments: Attachments) -> Link {
    let bootstrap = capnp::capability::Client::new(bootstrap.client.hook.add_ref());
    Link::new(stream, Side::Server, SERVER_BOUNDS, Some(bootstrap), attachments, Arrivals::default())
}

/// The end of a client. The capability works as soon as the link runs. Content of what comes in can be kept.
pub(crate) fn connect(stream: Connected, arrivals: Arrivals) -> (tracing::Client, Link) {
    let mut link = Link::new(stream, Side::Client, CLIENT_BOUNDS, None, Attachments::default(), arrivals);
    let tracing = link.rpc.bootstrap(Side::Server);
    (tracing, link)
}

impl Link {
    fn new(
        stream: Connected,
        side: Side,
        bounds: Bounds,
        bootstrap: Option<capnp::capability::Client>,
        attachments: Attachments,
        arrivals: Arrivals,
    ) -> Self {
        let stream = SharedStream::new(stream);
        let reader = BufReader::new(stream.clone());
        let network = Network::new(reader, stream.clone(), side, bounds, attachments, arrivals);
        let rpc = RpcSystem::new(Box::new(network), bootstrap);
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
