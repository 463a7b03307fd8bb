//! What an event costs the thread that fires it: with a reader in the process, and with a live client in
//! another one, beside a ring written by hand that does the same work.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use criterion::{Criterion, criterion_group};
use tracepoint_benches::client::{Attached, be_client_if_asked};
use tracepoint_benches::limit::{HandRing, ticks};
use tracepoint_benches::pace::{BURST, bursts, bursts_of, settle};
use tracepoint_benches::workload::{NAME, fire_message, fire_small};
use tracepoints::{Subscription, drain};

/// A reader in this process, which drains once a millisecond.
struct Reader {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<u64>>,
}

impl Reader {
    fn start() -> Self {
        let mut subscription =
            Subscription::builder().pattern("bench:*").queue_bytes(256 << 20).start().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                drain::poll();
                while let Some(batch) = subscription.next_batch() {
                    subscription.recycle(batch);
                }
                thread::sleep(Duration::from_millis(1));
            }
            subscription.close().lost().total()
        });
        Reader { stop, thread: Some(thread) }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let lost = self.thread.take().map(|thread| thread.join().unwrap());
        assert_eq!(lost, Some(0), "the figures would be of lost events");
    }
}

fn small(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("enabled/S");
    group.bench_function("clock alone", |bencher| bencher.iter(ticks));
    {
        let mut ring = HandRing::new();
        group.bench_function("limit: own ring + clock, drained each ms", |bencher| {
            bencher.iter_custom(|calls| {
                let mut time = Duration::ZERO;
                let mut done = 0;
                while done < calls {
                    let size = BURST.min(calls - done);
                    time += bursts(
                        size,
                        |id| ring.append(id, -(id as i64), 7, black_box(NAME).as_bytes()),
                        || (),
                    );
                    ring.settle();
                    done += size;
                }
                time
            });
        });
    }
    {
        let _reader = Reader::start();
        group.bench_function("tracepoint!, reader in the process", |bencher| {
            bencher.iter_custom(|calls| bursts(calls, |id| fire_small(id, black_box(NAME)), settle));
        });
    }
    let mut client = Attached::start().unwrap();
    group.bench_function("tracepoint!, live client", |bencher| {
        bencher.iter_custom(|calls| {
            let time = bursts(calls, |id| fire_small(id, black_box(NAME)), settle);
            client.fired(calls, 0);
            time
        });
    });
    group.finish();
}

fn payload(criterion: &mut Criterion) {
    for (name, size, burst) in [("enabled/P 1 kB", 1_000, 1_000), ("enabled/P 100 kB", 100_000, 20)] {
        let payload = vec![7; size];
        let mut group = criterion.benchmark_group(name);
        group.sample_size(20);
        {
            let mut ring = HandRing::new();
            group.bench_function("limit: own ring + clock, drained each ms", |bencher| {
                bencher.iter_custom(|calls| {
                    let mut time = Duration::ZERO;
                    let mut done = 0;
                    while done < calls {
                        let count = (burst as u64).min(calls - done);
                        time += bursts(count, |id| ring.append(id, 1, 7, black_box(&payload)), || ());
                        ring.settle();
                        done += count;
                    }
                    time
                });
            });
        }
        let mut client = Attached::start().unwrap();
        group.bench_function("tracepoint!, live client", |bencher| {
            bencher.iter_custom(|calls| {
                let time = bursts_of(burst as u64, calls, |id| fire_message(id, black_box(&payload)), settle);
                client.fired(calls, 0);
                time
            });
        });
        group.finish();
    }
}

criterion_group!(benches, small, payload);

fn main() {
    be_client_if_asked();
    benches();
    Criterion::default().configure_from_args().final_summary();
}
