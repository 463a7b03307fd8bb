//! Writes what the fuzz targets start from: real batches, schemas and conversations.
//!
//! `ci/fuzz.sh --write-seeds` runs it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::{env, fs, io};

use std::os::unix::net::UnixStream as Socket;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tracepoint_core::{Subscription, drain};
use tracepoint_ipc::fuzzing::{Exporter, attach};
use tracepoint_ipc::recording::{Header, Writer};
use tracepoint_ipc::schema::Schema;
use tracepoint_ipc::{Client, Request};
use tracepoints_fuzz::{events, messages, session};

/// Predicates with all that they can be made of.
const FILTERS: [&str; 4] = [
    "a && b < -1 || c >= 18446744073709551615",
    "!(kind == second) and h != 0.5 && e in -1.5..2",
    "text == \"t\\\"xt\" || len(data) > 3 && hash starts_with 0x00ff",
    "first.number in [1, 2, 3] || flag is none || span in 10ms..=2s",
];

fn main() -> io::Result<()> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        fs::create_dir_all(seeds.join(target))?;
        fs::write(seeds.join(target).join(name), bytes)
    };
    let batch = batch();
    let nodes = Schema::of_process().nodes().concat();
    write("batch", "events", &batch)?;
    write("schema_nodes", "nodes", &nodes)?;
    write("dynamic", "events", &batch)?;
    write("dynamic", "nodes_and_events", &[&nodes[..], &[0; 8], &batch].concat())?;

    for (number, text) in FILTERS.iter().enumerate() {
        write("filter", &format!("{}", number + 1), text.as_bytes())?;
    }

    write("recording", "whole", &recording())?;

    let (asked, answered) = conversation();
    write("rpc_client", "whole", &answered)?;
    write("rpc_server", "whole", &asked)?;
    // The beginnings are shorter, and so tried more often.
    for (number, len) in lengths(&asked).into_iter().enumerate().take(6) {
        write("rpc_server", &format!("first_{}", number + 1), &asked[..len])?;
    }
    for (number, len) in lengths(&answered).into_iter().enumerate().take(6) {
        write("rpc_client", &format!("first_{}", number + 1), &answered[..len])?;
    }
    Ok(())
}

/// Bytes up to the end of each message.
fn lengths(of: &[u8]) -> Vec<usize> {
    let end = |end: &mut usize, message: &[u8]| {
        *end += message.len();
        Some(*end)
    };
    messages::split(of).into_iter().scan(0, end).collect()
}

/// Two events of each type.
fn batch() -> Vec<u8> {
    let mut subscription = Subscription::builder().pattern("fuzz:*").start().expect("a subscription");
    events::fire(1, 0);
    events::fire(2, 50);
    drain::pass();
    subscription.close();
    let mut bytes = Vec::new();
    while let Some(batch) = subscription.next_batch() {
        bytes.extend_from_slice(&batch.events);
    }
    bytes
}

/// What a client and an exporter say to each other.
fn conversation() -> (Vec<u8>, Vec<u8>) {
    let (asked, answered) = (Rc::<Recorded>::default(), Rc::<Recorded>::default());
    session::run(async {
        let (client, clients) = Socket::pair().expect("a pair of sockets");
        let (exporter, exporters) = Socket::pair().expect("a pair of sockets");
        let (from_client, to_client) = halves(clients);
        let (from_exporter, to_exporter) = halves(exporters);
        tokio::task::spawn_local(record(from_client, to_exporter, asked.clone()));
        tokio::task::spawn_local(record(from_exporter, to_client, answered.clone()));
        tokio::task::spawn_local(export(exporter));
        session::ask_everything(attach(client).expect("an event loop")).await;
    });
    (asked.anonymous(), answered.anonymous())
}

/// Serves a client, and fires events as long as there is one.
async fn export(socket: Socket) {
    let served = Exporter::default();
    let mut number = 0;
    let firing = async {
        loop {
            session::idle().await;
            events::fire(number, if number == 1 { 3000 } else { 30 });
            served.drain();
            number += 1;
        }
    };
    tokio::select! {
        served = served.serve(socket) => served.expect("an event loop"),
        () = firing => {}
    }
}

/// Three batches and all that goes along.
fn recording() -> Vec<u8> {
    let recorded = Rc::<Recorded>::default();
    session::run(async {
        let (client, exporter) = Socket::pair().expect("a pair of sockets");
        tokio::task::spawn_local(export(exporter));
        let bytes = record_three(&attach(client).expect("an event loop")).await;
        recorded.0.replace(bytes.expect("a recording"));
    });
    recorded.anonymous()
}

async fn record_three(client: &Client) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let header = Header::new(client.info().await?).patterns(["fuzz:*"]);
    let mut stream = client.subscribe(Request::new().pattern("fuzz:*")).await?;
    let mut writer = Writer::new(Vec::new(), &header, stream.catalog())?;
    for _ in 0..3 {
        writer.write(&stream.next().await.ok_or("no batch")??)?;
        writer.flush()?;
    }
    Ok(writer.finish(Some(&stream.stats().await?))?)
}

fn halves(socket: Socket) -> (OwnedReadHalf, OwnedWriteHalf) {
    socket.set_nonblocking(true).expect("a socket");
    UnixStream::from_std(socket).expect("an event loop").into_split()
}

#[derive(Default)]
struct Recorded(RefCell<Vec<u8>>);

impl Recorded {
    /// Without the path of this program, which an exporter tells.
    fn anonymous(&self) -> Vec<u8> {
        let mut bytes = self.0.take();
        let path: PathBuf = env::current_exe().unwrap_or_default();
        let path = path.as_os_str().as_encoded_bytes();
        while let Some(at) = bytes.windows(path.len().max(1)).position(|bytes| bytes == path) {
            bytes[at..at + path.len()].fill(b'x');
        }
        bytes
    }
}

async fn record(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, recorded: Rc<Recorded>) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(len @ 1..) = from.read(&mut bytes).await {
        recorded.0.borrow_mut().extend_from_slice(&bytes[..len]);
        if to.write_all(&bytes[..len]).await.is_err() {
            break;
        }
    }
}
