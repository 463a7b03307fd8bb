//! Our rows: end to end, and what it takes besides the calling thread.

use std::cell::RefCell;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tracepoint_benches::client::Attached;
use tracepoint_benches::harness::{Figures, Row, Run, figures, is_smoke, leave_out};
use tracepoint_benches::limit::HandRings;
use tracepoint_benches::pace::{settle, steadily};
use tracepoint_benches::place::apart;
use tracepoint_benches::platform::NamedThread;
use tracepoint_benches::workload::{KIND, NAME, Tally, fire_message, fire_small};
use tracepoints::ipc::Exporter;
use tracepoints::pool::{self, Wake};

use super::workload::Workload;

/// Fires events as fast as the client takes them: so far ahead of it that nobody waits for work, and no further,
/// so that what is on its way stays in the caches.
pub fn stream(workload: Workload) -> Run {
    let mut client = Attached::start();
    let payload = workload.payload();
    let mut expected = 0u64;
    Box::new(move |calls| {
        let start = Instant::now();
        let mut done = 0;
        while done < calls {
            let until = calls.min(done + workload.step());
            match &payload {
                None => (done..until).for_each(|id| fire_small(id, black_box(NAME))),
                Some(payload) => (done..until).for_each(|id| fire_message(id, black_box(payload))),
            }
            client.fired(until - done, workload.ahead());
            done = until;
        }
        client.fired(0, 0);
        let time = start.elapsed();
        expected = expected.wrapping_add(Tally::expected(0..calls, payload.as_deref()).sum);
        assert_eq!(client.tally().sum, expected, "other events came than were fired");
        time
    })
}

/// What it takes besides the calling thread.
pub fn besides() -> Vec<Row> {
    let mut rows = vec![
        figures("limit: own ring and clock, burst of 20,000", &["export/burst ns"], burst_limit),
        figures(
            "tracepoint!, burst of 20,000",
            &["export/burst ns", "export/burst lost", "export/burst wakes"],
            burst,
        ),
    ];
    if cfg!(target_os = "linux") {
        rows.push(figures(
            "tracepoint!, 500,000 events/s",
            &["export/exporter cpu", "export/client cpu"],
            cpu,
        ));
        rows.push(figures("exporter, nobody attached", &["export/idle wakes", "export/idle cpu"], idle));
    } else {
        leave_out("export: the CPU time of one thread is only known on Linux; its rows are left out");
    }
    rows
}

/// CPU time of the exporter's thread and of the client, for each of 500,000 events in a second.
fn cpu() -> Figures {
    const RATE: u64 = 500_000;
    let seconds = if is_smoke() { 0.05 } else { 2.0 };
    let mut client = Attached::start();
    let exporter = NamedThread::exporter().expect("an exporter runs");
    let cpu = |thread: &NamedThread| thread.cpu().expect("known on Linux");
    // In pieces of a millisecond, as a program does its work in pieces.
    let fire = |client: &mut Attached, pieces: u64| {
        const PIECE: u64 = RATE / 1_000;
        steadily(1_000, pieces, |_| (0..PIECE).for_each(|id| fire_small(id, black_box(NAME))));
        client.fired(pieces * PIECE, 0);
        pieces * PIECE
    };
    fire(&mut client, 100);
    let before = (cpu(&exporter), client.client_cpu());
    let events = fire(&mut client, (1_000.0 * seconds) as u64) as f64;
    let each = |time: Duration| time.as_nanos() as f64 / events;
    vec![
        ("export/exporter cpu", each(cpu(&exporter) - before.0)),
        ("export/client cpu", each(client.client_cpu() - before.1)),
    ]
}

/// Counts how often a probe calls for the drain.
struct Called(AtomicU64);

impl Wake for Called {
    fn wake(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Events at once, as when a block is connected.
const EVENTS: u64 = 20_000;

/// How long bursts take, in nanoseconds for each event. `rest` waits until the reader has caught up.
fn bursts(mut fire: impl FnMut(u64), mut rest: impl FnMut()) -> f64 {
    let mut times: Vec<_> = (0..20)
        .map(|_| {
            thread::sleep(Duration::from_millis(5));
            let start = Instant::now();
            (0..EVENTS).for_each(&mut fire);
            let time = start.elapsed();
            rest();
            time
        })
        .collect();
    times.sort();
    times[times.len() / 2].as_nanos() as f64 / EVENTS as f64
}

fn burst_limit() -> Figures {
    // Of 64 bytes each.
    let (_rings, mut appenders) = apart(|| HandRings::new(1, 1 << 18));
    let ring = RefCell::new(appenders.remove(0));
    let append = |id| ring.borrow_mut().append(id, -(id as i64), KIND, [black_box(NAME).as_bytes()]);
    vec![("export/burst ns", bursts(append, || ring.borrow().settle()))]
}

fn burst() -> Figures {
    let mut client = apart(Attached::start);
    // In place of the exporter's own, which the calls would wake: its clock does so soon enough.
    let called = Arc::new(Called(AtomicU64::new(0)));
    pool::set_waker(Some(called.clone()));
    let mut fired = 0;
    let rest = || {
        // The client ends the bench if it finds that any were lost.
        client.fired(EVENTS, 0);
        fired += EVENTS;
        settle();
    };
    let each = bursts(|id| fire_small(id, black_box(NAME)), rest);
    vec![
        ("export/burst ns", each),
        ("export/burst lost", (fired - client.tally().events) as f64),
        ("export/burst wakes", called.0.load(Ordering::Relaxed) as f64),
    ]
}

/// An exporter, and nobody who attaches.
fn idle() -> Figures {
    let _exporter = Exporter::builder("bench").start().expect("an exporter");
    let thread = NamedThread::exporter().expect("it runs");
    thread::sleep(Duration::from_millis(50));
    let now = || (thread.sleeps().expect("on Linux"), thread.cpu().expect("on Linux"));
    let seconds = if is_smoke() { 0.05 } else { 1.0 };
    let before = now();
    thread::sleep(Duration::from_secs_f64(seconds));
    let after = now();
    vec![
        ("export/idle wakes", (after.0 - before.0) as f64 / seconds),
        ("export/idle cpu", (after.1 - before.1).as_nanos() as f64 / 1_000.0 / seconds),
    ]
}
