//! Clients that follow the protocol, and take more than their share of it.

use std::io::Read;
use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use interprocess::local_socket::tokio::{Stream, prelude::*};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::LocalSet;
use tokio::time::timeout;

use super::{Arrivals, connect};
use crate::Exporter;
use crate::socket::platform::{self, Connected};
use crate::tracing_capnp::{event_sink, tracing};

const PATIENCE: Duration = Duration::from_secs(20);

fn exporter(builder: impl FnOnce(crate::ExporterBuilder) -> crate::ExporterBuilder) -> (Exporter, TempDir) {
    let parent = TempDir::new().unwrap();
    let exporter = Exporter::builder("node").directory(parent.path().join("s"));
    (builder(exporter).start().unwrap(), parent)
}

async fn attach(exporter: &Exporter) -> (tracing::Client, Rc<Notify>) {
    let name = platform::to_name(exporter.socket_path()).unwrap();
    let stream = Connected::new(Stream::connect(name).await.unwrap()).unwrap();
    let (tracing, link) = connect(stream, Arrivals::default());
    let stop = Rc::new(Notify::new());
    let stopped = stop.clone();
    tokio::task::spawn_local(async move {
        let _ = link.run(stopped.notified()).await;
    });
    (tracing, stop)
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async { timeout(PATIENCE, test).await.expect("in time") });
}

#[test]
fn answers_that_nobody_releases_end_the_connection() {
    let (exporter, _directory) = exporter(|builder| builder);
    run(async {
        let (tracing, _stop) = attach(&exporter).await;
        // As long as a response is held, so is its answer in the exporter.
        let mut held = Vec::new();
        let error = loop {
            match tracing.info_request().send().promise.await {
                Ok(response) => held.push(response),
                Err(error) => break error,
            }
        };
        assert!((200..300).contains(&held.len()), "{}", held.len());
        assert!(error.to_string().contains("calls are open"), "{error}");
        let (honest, _stop) = attach(&exporter).await;
        assert!(honest.info_request().send().promise.await.is_ok());
    });
}

#[test]
fn any_number_of_calls_is_welcome_one_after_the_other() {
    let (exporter, _directory) = exporter(|builder| builder);
    run(async {
        let (tracing, _stop) = attach(&exporter).await;
        for _ in 0..2_000 {
            assert!(tracing.info_request().send().promise.await.is_ok());
        }
    });
}

#[test]
fn silent_connections_are_closed() {
    let timeouts = |builder: crate::ExporterBuilder| {
        builder.handshake_timeout(Duration::from_millis(100)).idle_timeout(Duration::from_millis(100))
    };
    let (exporter, _directory) = exporter(timeouts);
    run(async {
        let (tracing, _stop) = attach(&exporter).await;
        assert!(tracing.info_request().send().promise.await.is_ok());
        while exporter.connections() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(tracing.info_request().send().promise.await.is_err());
    });
    #[cfg(unix)]
    {
        let mut silent = std::os::unix::net::UnixStream::connect(exporter.socket_path()).unwrap();
        let _ = silent.read_to_end(&mut Vec::new());
    }
}

/// Takes nothing, and says so.
struct Deaf;

impl event_sink::Server for Deaf {}

#[test]
fn subscriptions_are_bounded_for_each_connection() {
    let (exporter, _directory) = exporter(|builder| builder.max_subscriptions_per_connection(2));
    run(async {
        let (tracing, _stop) = attach(&exporter).await;
        let mut subscriptions = Vec::new();
        let refused = loop {
            let mut call = tracing.subscribe_request();
            call.get().init_request().set_allow_empty(true);
            call.get().get_request().unwrap().init_patterns(1).set(0, "nobody:*");
            call.get().set_sink(capnp_rpc::new_client(Deaf));
            match call.send().promise.await {
                Ok(response) => subscriptions.push(response.get().unwrap().get_subscription().unwrap()),
                Err(error) => break error,
            }
        };
        assert_eq!(subscriptions.len(), 2);
        assert!(refused.to_string().contains("2 subscriptions"), "{refused}");
        assert_eq!(exporter.subscriptions(), 2);
        subscriptions.pop();
        while exporter.subscriptions() > 1 {
            tokio::task::yield_now().await;
        }
        let without_sink = tracing.subscribe_request().send().promise.await;
        assert!(without_sink.is_err());
        assert_eq!(exporter.subscriptions(), 1);
    });
}

/// A client that asks and asks and does not read the answers: the exporter stops to listen to it.
#[test]
#[cfg(unix)]
fn answers_that_nobody_reads_are_bounded() {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    let (exporter, _directory) = exporter(|builder| builder);
    let mut greedy = UnixStream::connect(exporter.socket_path()).unwrap();
    greedy.write_all(&recorded_bootstrap()).unwrap();
    greedy.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
    // Every message asks for something and releases the answer, so that the bound on open answers is not met.
    let mut sent = 0_u64;
    while greedy.write_all(&unknown_message()).is_ok() {
        sent += 1;
        // Those that wait, at a kilobyte each, and those in the buffers of the socket.
        assert!(sent < 50_000, "the exporter takes everything");
    }
    run(async {
        let (honest, _stop) = attach(&exporter).await;
        assert!(honest.info_request().send().promise.await.is_ok());
    });
    drop(greedy);
    run(async {
        while exporter.connections() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

/// What a client sends to get the bootstrap interface.
#[cfg(unix)]
fn recorded_bootstrap() -> Vec<u8> {
    let mut message = capnp::message::Builder::new_default();
    let root: capnp_rpc::rpc_capnp::message::Builder<'_> = message.init_root();
    root.init_bootstrap().set_question_id(0);
    capnp::serialize::write_message_to_words(&message)
}

/// A message that the exporter answers with an equally long one, as it does not know it.
#[cfg(unix)]
fn unknown_message() -> Vec<u8> {
    let mut message = capnp::message::Builder::new_default();
    let root: capnp_rpc::rpc_capnp::message::Builder<'_> = message.init_root();
    let mut join = root.init_join();
    join.set_question_id(1);
    capnp::serialize::write_message_to_words(&message)
}

#[test]
fn promises_may_be_dropped() {
    let (exporter, _directory) = exporter(|builder| builder);
    run(async {
        let (tracing, _stop) = attach(&exporter).await;
        for _ in 0..1_000 {
            let _ = tracing.info_request().send().promise.now_or_never();
            tokio::task::yield_now().await;
        }
        assert!(tracing.info_request().send().promise.await.is_ok());
    });
}
