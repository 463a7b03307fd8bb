//! Clients attach and leave in every way there is, while events are fired and exporters start and stop.

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::{Sockets, connect};
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::{Exporter, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping<'a> {
    nonce: u64,
    text: &'a str,
}

#[test]
fn clients_come_and_go() {
    let sockets = Sockets::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for nonce in 0.. {
                tracepoint!(Ping { nonce, text: "hello world" });
                if nonce % 100 == 0 {
                    // Busy, but no flood: those have tests of their own.
                    std::thread::sleep(Duration::from_micros(100));
                }
                if done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        // Also if something fails below, lest the other thread goes on for ever.
        let _done = SetOnDrop(&done);
        for _ in 0..3 {
            let exporter = sockets.start("node");
            (0..24).for_each(|way| visit(&exporter, way));
            drop(exporter);
            assert!(!enabled!(Ping<'_>));
        }
    });
}

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn visit(exporter: &Exporter, way: usize) {
    let client = connect(exporter);
    let request = || Request::new().pattern("net:*").queue_bytes(1 << 20);
    let mut streams: Vec<_> = (0..way % 4).map(|_| client.subscribe(request()).unwrap()).collect();
    if way % 3 == 0 {
        for stream in &mut streams {
            let batch = stream.next().unwrap().unwrap();
            assert!(batch.count() > 0 || !batch.gaps().is_empty(), "every batch has something to tell");
        }
    }
    match way % 6 {
        0 | 1 => {
            for stream in streams {
                let (_, stats) = stream.close().unwrap();
                let offered: u64 = stats.tracepoints.iter().map(|counts| counts.offered).sum();
                assert_eq!(offered, stats.delivered() + stats.lost().total());
            }
        }
        2 => drop((client, streams)),
        3 => drop((streams, client)),
        4 => streams.iter_mut().for_each(tracepoint_ipc::blocking::EventStream::stop),
        // Connected and subscribed until the exporter ends it, and never read from again.
        _ => std::mem::forget((client, streams)),
    }
}
