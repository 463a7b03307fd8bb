//! An exporter that is stopped while events are fired has sent what was fired before, and the next one takes over.

mod common;

use std::sync::atomic::{AtomicBool, Ordering};

use common::resources::descriptors;
use common::{Sockets, connect, wait_until};
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::{Request, StreamError};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping<'a> {
    nonce: u64,
    padding: &'a [u8],
}

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_watcher_of_an_exporter_that_is_stopped_under_load_has_seen_all_that_was_not_counted_as_lost() {
    let sockets = Sockets::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut nonce = 0;
                while !done.load(Ordering::Relaxed) {
                    for _ in 0..50 {
                        tracepoint!(Ping { nonce, padding: &[1; 200] });
                        nonce += 1;
                    }
                    std::thread::yield_now();
                }
            });
        }
        let _done = SetOnDrop(&done);
        restart(&sockets);
        let open = descriptors();
        (0..10).for_each(|_| restart(&sockets));
        assert_eq!(descriptors(), open);
    });
}

fn restart(sockets: &Sockets) {
    let exporter = sockets.start("node");
    let client = connect(&exporter);
    let stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
    let (mut sequence, mut events, mut exporter) = (0, 0, Some(exporter));
    let mut stopper = None;
    let mut end = None;
    for item in stream {
        let batch = match item {
            Ok(batch) => batch,
            Err(error) => {
                end = Some(error);
                break;
            }
        };
        sequence += batch.gaps().iter().map(|gap| gap.lost.total()).sum::<u64>();
        for event in batch.events() {
            assert_eq!(event.unwrap().sequence(), sequence, "no gap but those that are told");
            sequence += 1;
            events += 1;
        }
        if events > 1000 {
            if let Some(exporter) = exporter.take() {
                stopper = Some(std::thread::spawn(move || exporter.stop()));
            }
        }
    }
    stopper.unwrap().join().unwrap();
    // Should the machine be too busy to send the rest in half a second, the watcher is hung up on.
    assert!(matches!(end, Some(StreamError::Stopped { .. } | StreamError::Disconnected)), "{end:?}");
    assert!(!enabled!(Ping<'_>), "nobody watches between two exporters");
    wait_until("the client is told", || client.info().is_err());
}
