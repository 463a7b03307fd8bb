//! A client that reads what it is sent can tell, by itself, what became of every event: what it decodes and
//! the gaps that it is told of are what the process counted, and sequence numbers prove it. Under load, with
//! queues that are too small.

mod common;

use std::collections::HashMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use common::{Sockets, connect};
use tracepoint_core::{Event, Lost, Policy, tracepoint};
use tracepoint_ipc::{Batch, Exporter, Request, TracepointStats};

#[derive(Event)]
#[event(provider = "account", crate = tracepoint_core)]
struct Message<'a> {
    thread: u64,
    number: u64,
    kind: &'a str,
    payload: &'a [u8],
}

#[derive(Event)]
#[event(provider = "account", crate = tracepoint_core)]
struct Small {
    thread: u64,
    number: u64,
}

const THREADS: u64 = 4;
const EVENTS: u64 = 20_000;

fn kind(number: u64) -> &'static str {
    ["block", "tx", "inv"][number as usize % 3]
}

/// Fires as fast as it can.
fn fire(thread: u64) {
    let payload = [0xab; 700];
    for number in 0..EVENTS {
        let payload = &payload[..number as usize % 700];
        tracepoint!(Message { thread, number, kind: kind(number), payload });
        tracepoint!(Small { thread, number });
    }
}

/// What a client knows by itself.
#[derive(Default)]
struct Account {
    next: u64,
    delivered: HashMap<u16, u64>,
    bytes: HashMap<u16, u64>,
    lost: HashMap<u16, Lost>,
    numbers: HashMap<(u16, u64), u64>,
}

impl Account {
    fn take(&mut self, batch: &Batch) {
        for gap in batch.gaps() {
            self.next += gap.lost.total();
            *self.lost.entry(gap.tag).or_default() += gap.lost;
        }
        for event in batch.events() {
            let event = event.unwrap();
            assert_eq!(event.sequence(), self.next, "a gap that nobody told of");
            self.next += 1;
            *self.delivered.entry(event.tag()).or_default() += 1;
            *self.bytes.entry(event.tag()).or_default() += event.raw().bytes().len() as u64;
            let (thread, number) = if event.is::<Message<'_>>() {
                let message = event.get::<Message<'_>>().unwrap();
                assert_eq!(message.kind, kind(message.number));
                assert_eq!(message.payload.len() as u64, message.number % 700);
                (message.thread, message.number)
            } else {
                let small = event.get::<Small>().unwrap();
                (small.thread, small.number)
            };
            let last = self.numbers.insert((event.tag(), thread), number);
            assert!(last.is_none_or(|last| last < number), "{number} after {last:?}");
        }
    }

    /// Compares it with what the process counted.
    fn check(&self, counts: &[TracepointStats]) {
        assert_eq!(counts.len(), 2);
        for counts in counts {
            let own = Counted {
                delivered: self.delivered.get(&counts.tag).copied().unwrap_or(0),
                bytes: self.bytes.get(&counts.tag).copied().unwrap_or(0),
                lost: self.lost.get(&counts.tag).copied().unwrap_or_default(),
            };
            let theirs =
                Counted { delivered: counts.delivered, bytes: counts.delivered_bytes, lost: counts.lost };
            assert_eq!(own, theirs);
            assert_eq!(counts.offered, THREADS * EVENTS, "all that was fired");
            let sum = counts.delivered + counts.filtered + counts.sampled_out + counts.lost.total();
            assert_eq!(counts.offered, sum);
        }
        let in_stream: u64 = counts.iter().map(|counts| counts.delivered + counts.lost.total()).sum();
        assert_eq!(self.next, in_stream, "sequence numbers count all of them");
    }
}

#[derive(Debug, PartialEq)]
struct Counted {
    delivered: u64,
    bytes: u64,
    lost: Lost,
}

/// Threads that fire yet.
static FIRING: AtomicU64 = AtomicU64::new(THREADS);

/// Subscribes, lets the threads start, and reads to the end.
fn account(exporter: &Exporter, request: Request, start: &Barrier) -> Vec<TracepointStats> {
    let mut stream = connect(exporter).subscribe(request.without_schema()).unwrap();
    start.wait();
    let mut account = Account::default();
    while FIRING.load(Ordering::Acquire) > 0 {
        if let Some(batch) = stream.next_timeout(Duration::from_millis(1)).unwrap() {
            account.take(&batch);
        }
    }
    stream.stop();
    for batch in stream.by_ref() {
        account.take(&batch.unwrap());
    }
    let stats = stream.final_stats().unwrap();
    account.check(&stats.tracepoints);
    stats.tracepoints.clone()
}

#[test]
fn a_client_can_account_for_every_event() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let small = || Request::new().pattern("account:*").queue_bytes(128 << 10).batch_bytes(16 << 10);
    let requests = [
        small(),
        small().policy(Policy::KeepNewest),
        small().filter("number >= 1000"),
        small().queue_bytes(1),
        small().sample(7).queue_bytes(64 << 20),
    ];
    let start = Barrier::new(THREADS as usize + requests.len());
    let [oldest, newest, matching, nothing, sampled] = std::thread::scope(|scope| {
        let (start, exporter) = (&start, &exporter);
        for thread in 0..THREADS {
            scope.spawn(move || {
                start.wait();
                fire(thread);
                FIRING.fetch_sub(1, Ordering::Release);
            });
        }
        let readers = requests.map(|request| scope.spawn(move || account(exporter, request, start)));
        readers.map(|reader| reader.join().unwrap())
    });
    for counts in oldest.iter().chain(&newest) {
        assert_eq!((counts.filtered, counts.sampled_out), (0, 0));
    }
    for counts in &matching {
        assert_eq!((counts.filtered, counts.sampled_out), (THREADS * 1_000, 0));
    }
    for counts in &nothing {
        assert_eq!(counts.delivered, 0, "there is no room for any");
    }
    for counts in &sampled {
        let taken = (THREADS * EVENTS).div_ceil(7);
        assert_eq!(counts.sampled_out, THREADS * EVENTS - taken);
        assert_eq!(counts.delivered + counts.lost.total(), taken);
    }
}
