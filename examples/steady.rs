//! Fires a million events between two lines of output, while another thread drains: for a look at what the
//! firing thread does otherwise. `ci/probe-syscalls.sh` fails if it makes a single system call in between.
//!
//! ```sh
//! cargo run --release --example steady
//! ```

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{hint, thread};

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

static PAYLOAD: [u8; 100_000] = [7; 100_000];

/// Events that arrived, or are known to be lost.
static ARRIVED: AtomicU64 = AtomicU64::new(0);

fn fire(number: u64) {
    // So that none is lost, however busy the machine is: no further ahead than a ring can hold.
    while number > ARRIVED.load(Ordering::Relaxed) + 50_000 {
        hint::spin_loop();
    }
    // More than a chunk of the ring now and then.
    let len = if number % 10_000 == 9_999 { PAYLOAD.len() } else { number as usize % 100 };
    tracepoint!(InboundMessage {
        peer_id: 7,
        message_type: "headers",
        size: number,
        payload: &PAYLOAD[..len],
    });
}

/// Takes what arrives until it is all.
fn take(mut subscription: Subscription) {
    while ARRIVED.load(Ordering::Relaxed) < EVENTS {
        drain::poll();
        while let Some(batch) = subscription.next_batch() {
            let lost: u64 = batch.gaps.iter().map(|gap| gap.lost.total()).sum();
            ARRIVED.fetch_add(u64::from(batch.count) + lost, Ordering::Relaxed);
            subscription.recycle(batch);
        }
    }
    let stats = subscription.close();
    mark(&format!("{EVENTS} events were fired, {} were lost\n", stats.lost().total()));
}

/// One write to the standard output, which shows in a trace of system calls.
fn mark(line: &str) {
    let mut out = std::io::stdout().lock();
    // A program cannot do much about an output that is closed.
    let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
}

fn main() -> Result<(), tracepoints::SubscribeError> {
    let subscription = Subscription::builder().pattern("steady:*").start()?;
    thread::scope(|scope| {
        scope.spawn(|| take(subscription));
        // The first event of a thread makes its ring.
        fire(0);
        mark("begin\n");
        (1..EVENTS).for_each(fire);
        mark("end\n");
    });
    Ok(())
}
