//! How long an event takes from the probe to the client that has decoded it, at 10,000 events a second.
//!
//! The client compares the event's time stamp with the clock, which all processes share.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use tracepoint_benches::child::{Child, Role, say};
use tracepoint_benches::harness::{Figures, Harness, Timing, figures, is_smoke};
use tracepoint_benches::pace::steadily;
use tracepoint_benches::platform;
use tracepoint_benches::workload::{NAME, Small, fire_small};
use tracepoints::clock;
use tracepoints::ipc::{Exporter, Request, blocking};

const RATE: u64 = 10_000;
/// The role of a client that says how old the events are.
const CLIENT: &str = "latency client";
/// The role of a process that says the same about what it reads from its input.
const READER: &str = "latency reader";

/// Events of a measurement, and before it.
fn events() -> (u64, u64) {
    if is_smoke() { (500, 500) } else { (15_000, 2_000) }
}

/// Ages of events, in nanoseconds; the first ones do not count.
#[derive(Default)]
struct Ages {
    seen: u64,
    ages: Vec<u64>,
}

impl Ages {
    /// Takes the age of an event in. Says what came out when it was the last one.
    fn take(&mut self, fired: u64) {
        let (events, before) = events();
        self.seen += 1;
        if self.seen > before {
            self.ages.push(clock::now().saturating_sub(fired));
        }
        if self.seen == before + events {
            self.ages.sort_unstable();
            let at = |part: f64| self.ages[((self.ages.len() - 1) as f64 * part) as usize];
            say(format_args!("{} {} {}", at(0.5), at(0.99), at(1.0)));
        }
    }
}

fn client(socket: &str) {
    let client = blocking::Client::connect_path(Path::new(socket)).expect("the bench is there");
    let request = Request::new().pattern("bench:*").without_schema();
    let stream = client.subscribe(request).expect("it can be listened to");
    say("ready");
    let mut ages = Ages::default();
    for batch in stream {
        // The bench is done.
        let Ok(batch) = batch else { return };
        assert!(batch.gaps().is_empty(), "events were lost");
        for event in batch.events() {
            let event = event.expect("an event");
            let small = event.get::<Small>().expect("an event S");
            assert_eq!(small.name, NAME);
            ages.take(event.time());
        }
    }
}

fn reader(_: &str) {
    say("ready");
    let mut ages = Ages::default();
    let mut input = std::io::stdin().lock();
    let mut record = [0; 64];
    while input.read_exact(&mut record).is_ok() {
        ages.take(u64::from_le_bytes(record[..8].try_into().expect("eight bytes")));
    }
}

/// Fires events steadily, and asks the reader how old they were.
fn measure(reader: &mut Child, mut fire: impl FnMut(&mut Child, u64)) -> Figures {
    let (events, before) = events();
    platform::sleep_exactly();
    steadily(RATE, before + events, |id| fire(reader, id));
    let said = reader.hear();
    let micros = said.split(' ').map(|nanos| nanos.parse::<f64>().expect("a number") / 1_000.0);
    ["latency/p50", "latency/p99", "latency/max"].into_iter().zip(micros).collect()
}

fn limit() -> Figures {
    use std::io::Write;
    let mut reader = Child::start(READER, "");
    reader.hear();
    measure(&mut reader, |reader, _| {
        let mut record = [0; 64];
        record[..8].copy_from_slice(&clock::now().to_le_bytes());
        reader.input().write_all(&record).expect("the reader is there");
    })
}

fn ours(poll_interval: Option<Duration>) -> Figures {
    let mut builder = Exporter::builder("bench");
    if let Some(interval) = poll_interval {
        builder = builder.poll_interval(interval);
    }
    let exporter = builder.start().expect("an exporter");
    let mut client = Child::start(CLIENT, &exporter.socket_path().display().to_string());
    client.hear();
    let figures = measure(&mut client, |_, id| fire_small(id, NAME));
    drop(exporter);
    figures
}

fn main() {
    let roles: [Role; 2] = [(CLIENT, client), (READER, reader)];
    let mut harness = Harness::new(env!("CARGO_TARGET_TMPDIR"), &roles);
    let groups: &[&str] = &["latency/p50", "latency/p99", "latency/max"];
    let micros = |micros| Some(Duration::from_micros(micros));
    harness.group(
        "latency",
        Timing::LONG,
        vec![
            figures("limit: a write to a pipe for each event", groups, limit),
            figures("tracepoint!, poll interval 50 us", groups, move || ours(micros(50))),
            figures("tracepoint!, poll interval 100 us", groups, move || ours(micros(100))),
            figures("tracepoint!, default: 1 ms", groups, || ours(None)),
        ],
    );
}
