//! Both ends of a connection, on an event loop whose clock goes on only when there is nothing to do.

use std::os::unix::net::UnixStream as Socket;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;
use tokio::time::{sleep, timeout};
use tracepoint_ipc::fuzzing::{Exporter, attach};
use tracepoint_ipc::{Client, Request};

use crate::{events, messages, show};

thread_local! {
    static RUNTIME: Runtime =
        Builder::new_current_thread().enable_all().start_paused(true).build().expect("an event loop");
}

/// More than all timeouts of a connection together.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs to the end, and all tasks that were started.
///
/// # Panics
/// There is no end.
pub fn run(work: impl Future<Output = ()>) {
    let tasks = LocalSet::new();
    RUNTIME.with(|runtime| {
        runtime.block_on(tasks.run_until(async { timeout(FOR_EVER, work).await.expect("an end") }));
        runtime.block_on(async { timeout(FOR_EVER, tasks).await.expect("an end of all tasks") });
    });
}

/// Waits until nobody has anything to do: each time, all that has come through a socket is read.
pub async fn idle() {
    for _ in 0..8 {
        sleep(Duration::from_millis(1)).await;
    }
}

/// The end of a pair of sockets that sends input, a message at a time, and reads whatever comes.
fn sender(socket: Socket) -> OwnedWriteHalf {
    socket.set_nonblocking(true).expect("a socket");
    let (mut reader, writer) = UnixStream::from_std(socket).expect("an event loop").into_split();
    tokio::task::spawn_local(async move {
        let mut bytes = [0; 4096];
        while reader.read(&mut bytes).await.is_ok_and(|len| len > 0) {}
    });
    writer
}

/// An exporter whose client sends this.
///
/// # Panics
/// The client is gone, and the exporter has not noticed.
pub async fn serve(input: &[u8]) {
    let exporter = Exporter::default();
    let (ours, theirs) = Socket::pair().expect("a pair of sockets");
    let client = async {
        let mut writer = sender(theirs);
        for (number, message) in (0..).zip(messages::split(input)) {
            if writer.write_all(message).await.is_err() {
                break;
            }
            idle().await;
            // Some events are large enough to be attached to their message.
            events::fire(number, 3000);
            exporter.drain();
        }
        idle().await;
        drop(writer);
    };
    let (served, ()) = tokio::join!(exporter.serve(ours), client);
    served.expect("an event loop");
    assert_eq!((exporter.connections(), exporter.subscriptions()), (0, 0), "the client is gone");
}

/// A client whose exporter sends this.
pub async fn be_served(input: &[u8]) {
    let (ours, theirs) = Socket::pair().expect("a pair of sockets");
    let exporter = async {
        let mut writer = sender(theirs);
        for message in messages::split(input) {
            // The client has asked for something.
            idle().await;
            if writer.write_all(message).await.is_err() {
                break;
            }
        }
        idle().await;
        drop(writer);
    };
    let client = async {
        ask_everything(attach(ours).expect("an event loop")).await;
    };
    tokio::join!(client, exporter);
}

/// All the calls that there are, and all fields of all events.
pub async fn ask_everything(client: Client) {
    let asked = (client.info().await, client.stats().await, client.tracepoints().await);
    show::debug(asked);
    if let Ok(schema) = client.schema().await {
        show::display(schema.to_capnp());
    }
    let mut stream = match client.subscribe(Request::new().pattern("*")).await {
        Ok(stream) => stream,
        Err(error) => return show::display(error),
    };
    for number in 0.. {
        let batch = match stream.next().await {
            Some(Ok(batch)) => batch,
            Some(Err(error)) => return show::display(error),
            None => break,
        };
        show::batch(&batch);
        match number {
            1 => show::debug(stream.stats().await),
            2 => show::debug(stream.update(["fuzz:*"]).await),
            3 => stream.stop(),
            _ => {}
        }
    }
    show::debug(stream.final_stats());
    let choosy = Request::new().pattern("fuzz:numbers").filter("c > 1 && kind == second").sample(2).rate(9);
    show::debug(client.subscribe(choosy).await);
}
