//! As many clients as anybody can start: those within the limit are served, the others are told to go, and all of
//! them together take no more than they are allowed.
#![cfg(unix)]

mod common;

use std::io::{ErrorKind, Read};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use common::resources::{Counting, descriptors};
use common::{Sockets, connect, count, read_events, wait_until};
use tokio::task::LocalSet;
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::blocking::EventStream;
use tracepoint_ipc::{Client, Exporter, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const CONNECTIONS: usize = 1000;

#[test]
fn a_thousand_connections_are_served_or_turned_away_and_leave_nothing_behind() {
    raise_limit(4 * CONNECTIONS);
    beyond_the_limit();
    within_the_limit();
}

/// With the default limit, which is 32.
fn beyond_the_limit() {
    let sockets = Sockets::new();
    // None of them says anything.
    let builder = sockets.builder("node").handshake_timeout(Duration::from_secs(3600));
    let exporter = builder.start().unwrap();
    let honest = connect(&exporter);
    let mut stream = honest.subscribe(Request::new().pattern("net:*")).unwrap();
    is_served(&mut stream);
    let before = descriptors();
    for _ in 0..2 {
        let mut crowd: Vec<_> =
            (0..CONNECTIONS).map(|_| UnixStream::connect(exporter.socket_path()).unwrap()).collect();
        wait_until("as many as may be are connected", || exporter.connections() == 32);
        wait_until("the others are turned away", || {
            crowd.iter_mut().filter_map(is_turned_away).count() == CONNECTIONS - 31
        });
        is_served(&mut stream);
        drop(crowd);
        wait_until("they are forgotten", || exporter.connections() == 1 && descriptors() == before);
    }
}

fn is_served(stream: &mut EventStream) {
    tracepoint!(Ping { nonce: 1 });
    assert_eq!(count(&read_events(stream, 1)), 1);
}

/// Nothing if it may still be served.
fn is_turned_away(socket: &mut UnixStream) -> Option<()> {
    socket.set_nonblocking(true).unwrap();
    match socket.read(&mut [0]) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        _ => Some(()),
    }
}

/// Where the owner of the process allows as many. The core has 31 subscriptions for them.
fn within_the_limit() {
    let sockets = Sockets::new();
    let exporter = sockets.builder("node").max_connections(CONNECTIONS).start().unwrap();
    // What it makes of its first client it keeps for the others.
    drop(connect(&exporter));
    let connection = serve_a_crowd(&exporter);
    let (live, open) = (Counting::live(), descriptors());
    serve_a_crowd(&exporter);
    assert_eq!(descriptors(), open);
    let after = Counting::live();
    assert!(after < live + (256 << 10), "{live} bytes after one crowd, {after} after two");
    eprintln!("a connection takes {connection} bytes, of both ends");
    assert!(connection < 48 << 10, "{connection} bytes for each connection, of both ends");
}

/// A thousand clients, who all ask, and of whom as many as can be watch. Returns the memory that each connection
/// takes.
fn serve_a_crowd(exporter: &Exporter) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let before = Counting::live();
    let each = LocalSet::new().block_on(&runtime, async {
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            let client = Client::connect_path(exporter.socket_path()).await.unwrap();
            assert!(!client.tracepoints().await.unwrap().is_empty());
            clients.push(client);
        }
        let each = Counting::live().saturating_sub(before) / CONNECTIONS;
        let mut streams = Vec::new();
        for client in &clients {
            if let Ok(stream) = client.subscribe(Request::new().pattern("net:*")).await {
                streams.push(stream);
            }
        }
        assert_eq!((exporter.connections(), streams.len()), (CONNECTIONS, exporter.subscriptions()));
        assert!((16..32).contains(&streams.len()), "{} may watch", streams.len());
        tracepoint!(Ping { nonce: 7 });
        for stream in &mut streams {
            let batch = stream.next().await.unwrap().unwrap();
            assert_eq!(batch.events().next().unwrap().unwrap().get::<Ping>().unwrap().nonce, 7);
        }
        for client in &clients {
            assert_eq!(client.info().await.unwrap().pid, std::process::id());
        }
        each
    });
    drop(runtime);
    wait_until("they are forgotten", || exporter.connections() == 0 && !enabled!(Ping));
    each
}

/// Has the system allow this process more descriptors than are usual.
fn raise_limit(descriptors: usize) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is valid for writes, and then for reads.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit), 0);
        limit.rlim_cur = limit.rlim_cur.max(descriptors as libc::rlim_t);
        assert_eq!(
            libc::setrlimit(libc::RLIMIT_NOFILE, &limit),
            0,
            "this test needs {descriptors} descriptors"
        );
    }
}
