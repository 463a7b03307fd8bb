//! The client inside an event loop of its own: several streams, a slow reader, questions in between.

mod common;

use std::time::Duration;

use common::Sockets;
use tokio::task::LocalSet;
use tokio::time::timeout;
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::{Client, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping<'a> {
    nonce: u64,
    padding: &'a [u8],
}

const EVENTS: u64 = 5_000;

fn fire() {
    for nonce in 0..EVENTS {
        tracepoint!(Ping { nonce, padding: &[7; 1000] });
    }
}

#[test]
fn a_slow_reader_is_served_on_its_event_loop() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let client = Client::connect_path(exporter.socket_path()).await.unwrap();
        let mut slow = client.subscribe(Request::new().pattern("net:*").without_schema()).await.unwrap();
        let mut quick = client.clone().subscribe(Request::new().pattern("net:ping")).await.unwrap();
        fire();

        // One reads all; the other nothing, and does not hold it up.
        let mut seen = 0;
        while seen < EVENTS {
            let batch = timeout(Duration::from_secs(20), quick.next()).await.unwrap().unwrap().unwrap();
            seen += u64::from(batch.count());
        }
        let stats = slow.stats().await.unwrap();
        assert!(stats.queued_bytes > 0, "what does not fit into the hand-over waits in the process");
        assert_eq!(client.stats().await.unwrap().subscriptions, 2);
        assert!(client.tracepoints().await.unwrap().iter().any(|info| info.enabled));

        let first = slow.next().await.unwrap().unwrap();
        let event = first.events().next().unwrap().unwrap();
        assert_eq!(event.get::<Ping<'_>>().unwrap().nonce, 0);
        assert!(event.fields().next().unwrap().is_err(), "fields need the schema");
        let (rest, stats) = slow.close().await.unwrap();
        let rest: u64 = rest.iter().map(|batch| u64::from(batch.count())).sum();
        assert_eq!(u64::from(first.count()) + rest, EVENTS);
        assert_eq!((stats.delivered(), stats.lost().total()), (EVENTS, 0));
        assert!(enabled!(Ping<'_>));
        drop(quick);
        client.info().await.unwrap();
        assert!(!enabled!(Ping<'_>));
    });
}
