//! Each client sees what it asked for, whatever others do.

mod common;

use common::{Sockets, connect, count, read_events};
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::{CallError, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

#[derive(Event)]
#[event(provider = "mempool", crate = tracepoint_core)]
struct Added {
    fee: i64,
}

#[test]
fn two_clients_have_their_own_patterns() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let (first, second) = (connect(&exporter), connect(&exporter));
    let mut pings = first.subscribe(Request::new().pattern("net:*")).unwrap();
    let mut added = second.subscribe(Request::new().pattern("mempool:added")).unwrap();
    assert_eq!((exporter.connections(), exporter.subscriptions()), (2, 2));
    assert_eq!((pings.matched().len(), added.matched().len()), (1, 1));

    for n in 0..10 {
        tracepoint!(Ping { nonce: n });
    }
    tracepoint!(Added { fee: 5 });
    for batch in read_events(&mut pings, 10) {
        assert!(batch.events().all(|event| event.unwrap().is::<Ping>()));
    }
    for batch in read_events(&mut added, 1) {
        assert!(batch.events().all(|event| event.unwrap().get::<Added>().unwrap().fee == 5));
    }

    // One changes its mind; the other does not notice.
    assert_eq!(pings.update(["mempool:*", "net:ping"]).unwrap().len(), 2);
    tracepoint!(Added { fee: 6 });
    assert_eq!(count(&read_events(&mut pings, 1)), 1);
    let (rest, stats) = added.close().unwrap();
    assert_eq!((count(&rest), stats.delivered()), (1, 2));
    assert!(enabled!(Added), "the first client still wants it");

    let refused = pings.update(["net:pong"]).unwrap_err();
    assert!(matches!(&refused, CallError::Refused(text) if text.contains("net:ping")), "{refused}");
    tracepoint!(Ping { nonce: 0 });
    assert_eq!(count(&read_events(&mut pings, 1)), 1);
    let refused = second.subscribe(Request::new().pattern("nothing:*")).unwrap_err();
    assert!(refused.to_string().contains("nothing:*"), "{refused}");
}
