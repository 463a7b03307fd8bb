//! What an event costs the thread that fires it when nobody wants it in the end: a predicate rejects it. And
//! what a client costs that takes nothing.

use std::hint::black_box;
use std::time::Duration;

use tracepoint_benches::client::{self, Attached, CLIENT};
use tracepoint_benches::harness::{Harness, Run, Timing, timed};
use tracepoint_benches::limit::ticks;
use tracepoint_benches::pace::{self, bursts, settle};
use tracepoint_benches::workload::{NAME, fire_message, fire_small, payload};
use tracepoints::Subscription;

const BURST: u64 = 10_000;

fn clock() -> Run {
    Box::new(|calls| {
        let read = |_| {
            black_box(ticks());
        };
        bursts(BURST, calls, read, |_| pace::pause())
    })
}

/// Events that are wanted; the client is in another process, so nothing but the probe differs.
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

/// Events of which all are rejected.
fn rejected(pattern: &str, predicate: &str, fire: impl Fn(u64) + 'static) -> Run {
    let builder = Subscription::builder().pattern(pattern).filter(predicate);
    let subscription = builder.start().expect("a sound predicate");
    let mut fired = 0;
    Box::new(move |calls| {
        fired += calls;
        let time = bursts(BURST, calls, &fire, |_| pace::pause());
        let counts = subscription.stats().tracepoints[0];
        assert_eq!((counts.offered, counts.filtered), (fired, fired), "all are rejected");
        time
    })
}

fn small(predicate: &'static str) -> impl Fn() -> Run {
    move || rejected("bench:small", predicate, |id| fire_small(id, black_box(NAME)))
}

fn message() -> Run {
    let payload = payload(1_000);
    let fire = move |id| fire_message(id, black_box(&payload));
    rejected("bench:message", "message_type == \"block\"", fire)
}

/// An exporter with a client that reads and one that does the same, or has stopped.
fn beside(stops: bool) -> Run {
    const FOR_EVER: Duration = Duration::from_secs(3600);
    let mut clients = Attached::start_with(2, |builder| builder.stall_timeout(FOR_EVER));
    if stops {
        clients.stop_last();
    }
    Box::new(move |calls| {
        let rest = |count| {
            clients.fired(count, 0);
            settle();
        };
        bursts(BURST, calls, |id| fire_small(id, black_box(NAME)), rest)
    })
}

fn main() {
    let mut harness = Harness::new(env!("CARGO_TARGET_TMPDIR"), &[(CLIENT, client::run)]);
    harness.group(
        "filter",
        Timing::RESTING,
        vec![
            timed("clock alone", clock),
            timed("S, wanted", live),
            timed("S, rejected by kind == 8", small("kind == 8")),
            timed("S, rejected by name == \"another text\"", small("name == \"another text\"")),
            timed("P of 1 kB, rejected by message_type == \"block\"", message),
        ],
    );
    harness.group(
        "stalled",
        Timing::RESTING,
        vec![
            timed("two clients that read", || beside(false)),
            timed("one that reads, one that has stopped", || beside(true)),
        ],
    );
}
