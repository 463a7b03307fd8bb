//! What an event P costs the thread that fires it, with payloads of 1 kB and 100 kB.
//!
//! As in the bench `enabled`, in bursts, and everything arrives.

use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_queue::ArrayQueue;
use tracepoint_benches::client::{self, Attached, CLIENT};
use tracepoint_benches::harness::{Harness, Run, Timing, timed};
use tracepoint_benches::limit::HandRings;
use tracepoint_benches::pace::{self, bursts, settle};
use tracepoint_benches::peers::fast::{self, Collector};
use tracepoint_benches::peers::lines::Lines;
use tracepoint_benches::peers::queues::Emptier;
use tracepoint_benches::peers::subscribers;
use tracepoint_benches::workload::{ADDR, CONNECTION, KIND, MESSAGE, fire_message, fire_shared, payload};

/// A size of the payload.
#[derive(Clone, Copy)]
struct Size {
    name: &'static str,
    bytes: usize,
    /// Events in a burst.
    burst: u64,
    /// The same, for peers that take a millisecond for each.
    slow_burst: u64,
}

const SIZES: [Size; 2] = [
    Size { name: "1 kB", bytes: 1_000, burst: 1_000, slow_burst: 100 },
    Size { name: "100 kB", bytes: 100_000, burst: 10, slow_burst: 2 },
];

/// The texts and the payload.
fn fields(payload: &[u8]) -> [&[u8]; 4] {
    [ADDR.as_bytes(), CONNECTION.as_bytes(), MESSAGE.as_bytes(), payload]
}

fn memcpy(size: Size) -> Run {
    let (payload, mut to) = (payload(size.bytes), vec![0; size.bytes + 100]);
    Box::new(move |calls| {
        let copy = |_| {
            let mut rest = &mut to[..];
            for field in black_box(fields(&payload)) {
                let (here, behind) = rest.split_at_mut(field.len());
                here.copy_from_slice(field);
                rest = behind;
            }
            black_box(&to);
        };
        bursts(size.burst, calls, copy, |_| pace::pause())
    })
}

fn limit(size: Size) -> Run {
    // A burst is a megabyte; what is skipped at the end of the ring comes on top.
    let (rings, mut appenders) = HandRings::new(1, 1 << 18);
    let (mut ring, payload) = (appenders.remove(0), payload(size.bytes));
    Box::new(move |calls| {
        let _keep = &rings;
        let mut time = Duration::ZERO;
        let mut done = 0;
        while done < calls {
            let count = size.burst.min(calls - done);
            let append = |id| ring.append(id, 1, KIND, black_box(fields(&payload)));
            time += bursts(count, count, append, |_| ());
            ring.settle();
            done += count;
        }
        time
    })
}

fn copied(size: Size) -> Run {
    let (mut client, payload) = (Attached::start(), payload(size.bytes));
    Box::new(move |calls| {
        let fire = |id| fire_message(id, black_box(&payload));
        let rest = |count| {
            client.fired(count, 0);
            settle();
        };
        bursts(size.burst, calls, fire, rest)
    })
}

/// One payload for all events: the thread that fires keeps it alive.
fn shared(size: Size) -> Run {
    // Large ones take no room in the rings, and in bursts of ten, they would hardly be more than their start.
    let burst = size.burst.max(300);
    let (mut client, payload) = (Attached::start(), Arc::from(payload(size.bytes)));
    Box::new(move |calls| {
        // Whole bursts, for the same reason.
        let whole = calls.next_multiple_of(burst);
        let rest = |count| {
            client.fired(count, 0);
            settle();
        };
        let time = bursts(burst, whole, |id| fire_shared(id, black_box(&payload)), rest);
        time.mul_f64(calls as f64 / whole as f64)
    })
}

fn array_queue(size: Size) -> Run {
    let queue: Arc<ArrayQueue<Box<[u8]>>> = Arc::new(ArrayQueue::new(1 << 10));
    let (emptier, payload) = (Emptier::of(&queue), payload(size.bytes));
    Box::new(move |calls| {
        let _keep = &emptier;
        let push = |_| queue.push(black_box(&payload).clone()).expect("a burst fits");
        bursts(size.burst, calls, push, |_| {
            while !queue.is_empty() {
                thread::sleep(Duration::from_micros(100));
            }
            pace::pause();
        })
    })
}

fn tracing_lines(size: Size) -> Run {
    let (mut lines, payload) = (Lines::install(), payload(size.bytes));
    Box::new(move |calls| {
        let fire = |id| subscribers::fire_message(id, black_box(&payload));
        bursts(size.slow_burst, calls, fire, |count| lines.settle(count))
    })
}

fn fastrace(size: Size) -> Run {
    let (mut collector, payload) = (Collector::install(), payload(size.bytes));
    Box::new(move |calls| {
        let mut time = Duration::ZERO;
        let mut done = 0;
        while done < calls {
            let count = size.slow_burst.min(calls - done);
            let fire = |id| fast::fire_message(id, black_box(&payload));
            time += collector.within(|| bursts(count, count, fire, |_| ()));
            collector.settle(count);
            done += count;
        }
        time
    })
}

fn main() {
    let mut harness = Harness::new(env!("CARGO_TARGET_TMPDIR"), &[(CLIENT, client::run)]);
    for size in SIZES {
        harness.group(
            &format!("payload/{}", size.name),
            Timing::RESTING,
            vec![
                timed("memcpy of the fields into one hot buffer", move || memcpy(size)),
                timed("limit: own ring and clock, drained each ms", move || limit(size)),
                timed("tracepoint!, copied", move || copied(size)),
                timed("tracepoint!, by reference: Arc<[u8]>", move || shared(size)),
                timed("crossbeam ArrayQueue of Box<[u8]>", move || array_queue(size)),
                timed("tracing, text lines, non-blocking writer", move || tracing_lines(size)),
                timed("fastrace, event with 5 properties", move || fastrace(size)),
            ],
        );
    }
}
