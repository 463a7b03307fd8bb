//! Clients that subscribe and unsubscribe without end leave no trace.

mod common;

use common::resources::{Counting, descriptors};
use common::{Sockets, connect, read_events, wait_until};
use tokio::task::LocalSet;
use tracepoint_core::{Event, enabled, pool, tracepoint};
use tracepoint_ipc::{Client, Exporter, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn subscribing_and_unsubscribing_in_a_loop_leaks_no_memory_no_descriptor_and_no_bit() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let client = Client::connect_path(exporter.socket_path()).await.unwrap();
        let open = descriptors();
        // The first subscription has the system give memory, and the last one gives it back.
        cycle(&client, &exporter, 100).await;
        // With another one beside them, nothing but subscribing is left.
        let other = client.subscribe(Request::new().pattern("other:*").allow_empty(true)).await.unwrap();
        cycle(&client, &exporter, 100).await;
        let live = Counting::live();
        cycle(&client, &exporter, 1_000).await;
        let after = Counting::live();
        eprintln!("{live} bytes after 200 cycles, {after} after 1,200");
        assert!(after < live + (64 << 10), "{live} bytes before, {after} after");
        drop(other);
        assert_eq!(client.info().await.unwrap().subscriptions, 0);
        // The drain closes its timer, too, as it is of no use now.
        wait_until("descriptors are closed", || descriptors() <= open);
    });
    drop(runtime);
    wait_until("the client is forgotten", || exporter.connections() == 0);

    // All slots are free.
    let clients = [connect(&exporter), connect(&exporter)];
    let streams: Vec<_> =
        (0..31).map(|at| clients[at % 2].subscribe(Request::new().pattern("net:*")).unwrap()).collect();
    assert!(enabled!(Ping));
    drop(streams);
    assert!(!enabled!(Ping));
    assert!(pool::stats().used_bytes <= 64 << 10, "{:?}", pool::stats());
    let mut stream = clients[0].subscribe(Request::new().pattern("net:*")).unwrap();
    tracepoint!(Ping { nonce: 1 });
    read_events(&mut stream, 1);
}

/// Ends each subscription in another way, with events or without.
async fn cycle(client: &Client, exporter: &Exporter, cycles: usize) {
    let others = exporter.subscriptions();
    for cycle in 0..cycles {
        let request = || Request::new().pattern("net:*").without_schema();
        let mut stream = client.subscribe(request()).await.unwrap();
        assert!(enabled!(Ping));
        if cycle % 2 == 0 {
            tracepoint!(Ping { nonce: cycle as u64 });
        }
        match cycle % 3 {
            0 => drop(stream.close().await.unwrap()),
            1 => {
                stream.stop();
                while let Some(batch) = stream.next().await {
                    batch.unwrap();
                }
            }
            _ => {
                drop(stream);
                // An answer says that what came before was heard.
                client.info().await.unwrap();
            }
        }
        assert_eq!((enabled!(Ping), exporter.subscriptions()), (false, others), "after cycle {cycle}");
    }
}
