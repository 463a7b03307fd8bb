//! Events that are fired here and decoded by a client there, beside batches of ready-made records that
//! are written to a socket by hand.

use std::hint::black_box;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group};
use tracepoint_benches::client::{Attached, be_client_if_asked};
use tracepoint_benches::pace::drained;
use tracepoint_benches::workload::{NAME, fire_message, fire_small};

/// Events in a measurement.
const EVENTS: u64 = 500_000;
/// How far the client may be behind: what the queue of its subscription holds.
const BEHIND: u64 = 400_000;
const BATCH: usize = 64 * 1024;
const ROLE: &str = "TRACEPOINT_BENCH_SINK";

/// Fires events as fast as the client takes them.
fn stream(client: &mut Attached, events: u64, behind: u64, mut fire: impl FnMut(u64)) -> Duration {
    const STEP: u64 = 10_000;
    let start = Instant::now();
    let mut done = 0;
    while done < events {
        let step = STEP.min(events - done);
        (0..step).for_each(&mut fire);
        done += step;
        drained();
        client.fired(step, behind);
    }
    client.fired(0, 0);
    start.elapsed()
}

/// A process that reads what it is sent, and answers when a measurement is complete.
struct Sink {
    child: Child,
    socket: UnixStream,
}

impl Sink {
    fn start() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("tracepoint-bench-{}.sock", std::process::id()));
        let listener = std::os::unix::net::UnixListener::bind(&path)?;
        let child = Command::new(std::env::current_exe()?).env(ROLE, &path).stdin(Stdio::null()).spawn()?;
        let (socket, _) = listener.accept()?;
        std::fs::remove_file(&path)?;
        Ok(Sink { child, socket })
    }

    fn send(&mut self, batches: u64) -> std::io::Result<Duration> {
        let batch = vec![7; BATCH];
        let start = Instant::now();
        self.socket.write_all(&batches.to_le_bytes())?;
        for _ in 0..batches {
            self.socket.write_all(black_box(&batch))?;
        }
        self.socket.read_exact(&mut [0])?;
        Ok(start.elapsed())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn be_sink_if_asked() {
    let Ok(path) = std::env::var(ROLE) else { return };
    let mut socket = UnixStream::connect(path).expect("the bench listens");
    let mut batch = vec![0; BATCH];
    let mut count = [0; 8];
    while socket.read_exact(&mut count).is_ok() {
        for _ in 0..u64::from_le_bytes(count) {
            socket.read_exact(&mut batch).expect("a whole batch");
            black_box(&batch);
        }
        socket.write_all(&[1]).expect("the bench waits");
    }
    std::process::exit(0);
}

fn export(criterion: &mut Criterion) {
    // Bytes of an event on the wire: six words, the struct, its texts.
    for (name, wire, size) in [("export/S", 104, 0), ("export/P 1 kB", 1_136, 1_000)] {
        let events = if size == 0 { EVENTS } else { EVENTS / 10 };
        let behind = if size == 0 { BEHIND } else { BEHIND / 10 };
        let mut group = criterion.benchmark_group(name);
        group
            .sample_size(10)
            .measurement_time(Duration::from_secs(10))
            .throughput(Throughput::Elements(events));
        {
            let mut sink = Sink::start().expect("a sink");
            group.bench_function("limit: ready batches on a socket", |bencher| {
                bencher.iter_custom(|rounds| {
                    (0..rounds)
                        .map(|_| sink.send(events * wire / BATCH as u64).expect("the sink reads"))
                        .sum()
                });
            });
        }
        let payload = vec![7; size];
        let mut client = Attached::start().unwrap();
        group.bench_function("tracepoint! to a client that decodes all", |bencher| {
            bencher.iter_custom(|rounds| {
                (0..rounds)
                    .map(|_| {
                        stream(&mut client, events, behind, |id| {
                            if size == 0 {
                                fire_small(id, black_box(NAME))
                            } else {
                                fire_message(id, &payload)
                            }
                        })
                    })
                    .sum()
            });
        });
        group.finish();
    }
}

criterion_group!(benches, export);

pub fn main() {
    be_client_if_asked();
    be_sink_if_asked();
    benches();
    Criterion::default().configure_from_args().final_summary();
}
