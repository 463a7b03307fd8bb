//! What an event S costs the thread that fires it, when somebody listens.
//!
//! All rows fire bursts, and rest until whoever reads has read everything: what is measured are events that
//! arrive. Only the row 'ring full' measures those that do not.

use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_queue::ArrayQueue;
use tracepoint_benches::client::{self, Attached, CLIENT};
use tracepoint_benches::harness::{Harness, Run, Timing, timed};
use tracepoint_benches::limit::{HandRings, ticks};
use tracepoint_benches::pace::{self, bursts, settle};
use tracepoint_benches::peers::fast::{self, Collector};
use tracepoint_benches::peers::lines::Lines;
use tracepoint_benches::peers::queues::{self, Emptier};
use tracepoint_benches::peers::{facade, subscribers};
use tracepoint_benches::workload::{KIND, NAME, fire_small};
use tracepoints::Subscription;
use tracepoints::pool::{self, Limits};

/// Events in a burst: less than a millisecond's worth, so that most run between two looks of the drain.
const BURST: u64 = 10_000;

fn clock() -> Run {
    Box::new(|calls| {
        let read = |_| {
            black_box(ticks());
        };
        bursts(BURST, calls, read, |_| pace::pause())
    })
}

fn limit() -> Run {
    // A burst of 64 bytes each fits, and not much more: what is written stays in the cache.
    let (rings, mut appenders) = HandRings::new(1, 1 << 17);
    let mut ring = appenders.remove(0);
    Box::new(move |calls| {
        let _keep = &rings;
        let mut time = Duration::ZERO;
        let mut done = 0;
        while done < calls {
            let count = BURST.min(calls - done);
            let append = |id| ring.append(id, -(id as i64), KIND, [black_box(NAME).as_bytes()]);
            time += bursts(count, count, append, |_| ());
            ring.settle();
            done += count;
        }
        time
    })
}

fn live() -> Run {
    let mut client = Attached::start();
    Box::new(move |calls| {
        let rest = |count| {
            client.fired(count, 0);
            settle();
        };
        bursts(BURST, calls, |id| fire_small(id, black_box(NAME)), rest)
    })
}

/// Nobody drains: the pool is full, and every event is dropped and counted.
fn full() -> Run {
    let limits = Limits { pool_bytes: 1 << 20, thread_bytes: 1 << 20, ..Limits::default() };
    pool::set_limits(limits).expect("nobody listened yet");
    let subscription = Subscription::builder().pattern("bench:*").start().expect("a subscription");
    for id in 0..100_000 {
        fire_small(id, NAME);
    }
    let mut fired = 100_000;
    Box::new(move |calls| {
        fired += calls;
        let time = bursts(BURST, calls, |id| fire_small(id, black_box(NAME)), |_| pace::pause());
        let stats = subscription.stats();
        assert!(stats.lost().ring_full + 100_000 >= fired, "somebody drained");
        time
    })
}

fn array_queue() -> Run {
    let queue = Arc::new(ArrayQueue::new(1 << 14));
    let emptier = Emptier::of(&queue);
    Box::new(move |calls| {
        let _keep = &emptier;
        let push = |id| {
            queue.push(queues::small(id, black_box(NAME))).expect("a burst fits");
        };
        bursts(BURST, calls, push, |_| until(|| queue.is_empty()))
    })
}

fn rtrb() -> Run {
    let (mut producer, mut consumer) = rtrb::RingBuffer::new(1 << 14);
    let emptier = Emptier::start(move || consumer.pop().ok());
    Box::new(move |calls| {
        let _keep = &emptier;
        let mut time = Duration::ZERO;
        let mut done = 0;
        while done < calls {
            let count = BURST.min(calls - done);
            let push = |id| producer.push(queues::small(id, black_box(NAME))).expect("a burst fits");
            time += bursts(count, count, push, |_| ());
            until(|| producer.slots() == 1 << 14);
            done += count;
        }
        time
    })
}

/// Waits until a queue is empty, and its reader sleeps.
fn until(is_empty: impl Fn() -> bool) {
    while !is_empty() {
        thread::sleep(Duration::from_micros(100));
    }
    pace::pause();
}

fn tracing_lines() -> Run {
    let mut lines = Lines::install();
    Box::new(move |calls| {
        let fire = |id| subscribers::fire_small(id, black_box(NAME));
        bursts(BURST, calls, fire, |count| lines.settle(count))
    })
}

fn tracing_nothing() -> Run {
    subscribers::install(subscribers::Nothing);
    tracing_bursts()
}

fn tracing_visits() -> Run {
    subscribers::install(subscribers::Visits);
    tracing_bursts()
}

fn tracing_bursts() -> Run {
    let fire = |id| subscribers::fire_small(id, black_box(NAME));
    Box::new(move |calls| bursts(BURST, calls, fire, |_| pace::pause()))
}

fn log_nothing() -> Run {
    facade::install();
    Box::new(|calls| bursts(BURST, calls, |id| facade::fire_small(id, black_box(NAME)), |_| pace::pause()))
}

fn fastrace() -> Run {
    const BURST: u64 = 1_000;
    let mut collector = Collector::install();
    Box::new(move |calls| {
        let mut time = Duration::ZERO;
        let mut done = 0;
        while done < calls {
            let count = BURST.min(calls - done);
            let fire = |id| fast::fire_small(id, black_box(NAME));
            time += collector.within(|| bursts(count, count, fire, |_| ()));
            collector.settle(count);
            done += count;
        }
        time
    })
}

fn main() {
    let mut harness = Harness::new(env!("CARGO_TARGET_TMPDIR"), &[(CLIENT, client::run)]);
    harness.group(
        "enabled/S",
        Timing::RESTING,
        vec![
            timed("clock alone", clock),
            timed("limit: own ring and clock, drained each ms", limit),
            timed("tracepoint!, live client", live),
            timed("tracepoint!, ring full", full),
            timed("crossbeam ArrayQueue, emptied each ms", array_queue),
            timed("rtrb, emptied each ms", rtrb),
            timed("tracing, subscriber that does nothing", tracing_nothing),
            timed("tracing, subscriber that visits the fields", tracing_visits),
            timed("tracing, text lines, non-blocking writer", tracing_lines),
            timed("log, logger that does nothing", log_nothing),
            timed("fastrace, event with 4 properties", fastrace),
        ],
    );
}
