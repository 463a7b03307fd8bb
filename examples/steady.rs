//! Fires a million events between two lines of output, while another thread drains: for a look at what the
//! firing thread does otherwise. `ci/probe-syscalls.sh` fails if it makes a single system call in between.
//!
//! ```sh
//! cargo run --release --example steady
//! ```

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tracepoints::{Event, Subscription, drain, tracepoint};

const EVENTS: u64 = 1_000_000;

/// A P2P message was received from a peer.
#[derive(Event)]
#[event(provider = "steady")]
struct InboundMessage<'a> {
    peer_id: i64,
    message_type: &'a str,
    size: u64,
    payload: &'a [u8],
}

/// One write to the standard output, which shows in a trace of system calls.
fn mark(line: &str) {
    let mut out = std::io::stdout().lock();
    // A program cannot do much about an output that is closed.
    let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
}

fn fire(number: u64) {
    // More than a chunk of the ring now and then.
    let len = if number % 10_000 == 9_999 { 100_000 } else { number as usize % 100 };
    tracepoint!(InboundMessage {
        peer_id: 7,
        message_type: "headers",
        size: number,
        payload: &PAYLOAD[..len],
    });
}

static PAYLOAD: [u8; 100_000] = [7; 100_000];

fn main() -> Result<(), tracepoints::SubscribeError> {
    let mut subscription = Subscription::builder().pattern("steady:*").start()?;
    let stop = AtomicBool::new(false);
    let stats = thread::scope(|scope| {
        let draining = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                drain::poll();
                while let Some(batch) = subscription.next_batch() {
                    subscription.recycle(batch);
                }
            }
            subscription.close()
        });
        // The first event of a thread makes its ring.
        fire(0);
        mark("begin\n");
        (1..=EVENTS).for_each(fire);
        mark("end\n");
        stop.store(true, Ordering::Relaxed);
        draining.join().expect("the drain does not panic")
    });
    for tracepoint in &stats.tracepoints {
        mark(&format!(
            "offered {}, delivered {}, {:?}\n",
            tracepoint.offered, tracepoint.delivered, tracepoint.lost
        ));
    }
    Ok(())
}
