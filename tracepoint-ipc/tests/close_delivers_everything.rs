//! What was fired before a subscription is closed arrives, and the counts add up.

mod common;

use common::{Sockets, connect, count};
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::{Batch, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping<'a> {
    nonce: u64,
    padding: &'a [u8],
}

const THREADS: u64 = 4;
const EVENTS: u64 = 20_000;

fn fire() {
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            std::thread::spawn(move || {
                for n in 0..EVENTS {
                    tracepoint!(Ping { nonce: thread << 32 | n, padding: &[0xab; 40] });
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn nonces(batches: &[Batch]) -> Vec<u64> {
    let events = batches.iter().flat_map(|batch| batch.events());
    events.map(|event| event.unwrap().get::<Ping<'_>>().unwrap().nonce).collect()
}

#[test]
fn close_delivers_everything() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let client = connect(&exporter);

    // Nobody reads before the end: everything waits in the process.
    let stream =
        client.subscribe(Request::new().pattern("net:*").queue_bytes(64 << 20).without_schema()).unwrap();
    fire();
    let (batches, stats) = stream.close().unwrap();
    assert!(!enabled!(Ping<'_>));
    assert_eq!(stats.delivered(), THREADS * EVENTS, "{stats:?}");
    assert_eq!(stats.lost().total(), 0);
    let mut seen = nonces(&batches);
    for thread in 0..THREADS {
        let of_thread: Vec<u64> = seen.iter().copied().filter(|nonce| nonce >> 32 == thread).collect();
        assert!(of_thread.is_sorted(), "the order of a thread is kept");
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len() as u64, THREADS * EVENTS);

    // The same with a queue that is too small: the rest is counted.
    let mut stream = client.subscribe(Request::new().pattern("net:*").queue_bytes(128 << 10)).unwrap();
    fire();
    stream.stop();
    let mut batches = Vec::new();
    for batch in stream.by_ref() {
        batches.push(batch.unwrap());
    }
    let stats = stream.final_stats().unwrap().clone();
    let counts = stats.tracepoints[0];
    assert_eq!(counts.offered, THREADS * EVENTS);
    assert_eq!(counts.offered, counts.delivered + counts.filtered + counts.sampled_out + counts.lost.total());
    assert!(counts.lost.queue_full > 0);
    assert_eq!(count(&batches) as u64, counts.delivered);
    let gaps: u64 = batches.iter().flat_map(Batch::gaps).map(|gap| gap.lost.total()).sum();
    assert_eq!(gaps, counts.lost.total(), "every loss is in a gap");
}
