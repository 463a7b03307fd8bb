//! Many threads that fire at once.
//!
//! Each fires bursts and rests; the CPU time of its bursts is its own, however many wait for a core. The rate
//! of all together is one that the drain can follow.

use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use tracepoint_benches::client::Attached;
use tracepoint_benches::harness::{Figures, is_smoke};
use tracepoint_benches::limit::HandRings;
use tracepoint_benches::platform::thread_cpu;
use tracepoint_benches::workload::{KIND, NAME, fire_small};

pub const GROUPS: &[&str] = &["threads/1", "threads/2", "threads/8", "threads/64", "threads/512"];
const THREADS: [u32; 5] = [1, 2, 8, 64, 512];
const BURST: u32 = 1_000;

/// Bursts of each thread before those that count: they make the ring, and have the system give it its pages.
const FIRST: u32 = 2;

/// Bursts of each thread that count, and how often there is one.
fn bursts(threads: u32) -> (u32, Duration) {
    let total = if is_smoke() { 512 } else { 2_048 };
    // Two million events in a second.
    let period = Duration::from_micros(u64::from(threads) * u64::from(BURST) / 2);
    ((total / threads).clamp(2, 512), period.max(Duration::from_millis(1)))
}

/// Lets threads fire, each its own way. Returns nanoseconds of their CPU time for each event.
fn crowd<F: FnMut(u64) + Send>(fires: Vec<F>) -> f64 {
    let threads = fires.len() as u32;
    let (bursts, period) = bursts(threads);
    let start = Arc::new(Barrier::new(fires.len()));
    let spent: Duration = thread::scope(|scope| {
        let running: Vec<_> = (0..)
            .zip(fires)
            .map(|(number, mut fire)| {
                let start = start.clone();
                scope.spawn(move || {
                    let mut burst = || {
                        let before = thread_cpu().expect("looked at before");
                        (0..u64::from(BURST)).for_each(&mut fire);
                        thread_cpu().expect("looked at before") - before
                    };
                    burst();
                    start.wait();
                    let began = Instant::now();
                    let mut spent = Duration::ZERO;
                    for round in 1..bursts + FIRST {
                        // One after the other, as far as there is time.
                        let due = period * round + period * number / threads;
                        thread::sleep(due.saturating_sub(began.elapsed()));
                        let took = burst();
                        if round >= FIRST {
                            spent += took;
                        }
                    }
                    spent
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().expect("it only fires")).sum()
    });
    spent.as_nanos() as f64 / f64::from(threads) / f64::from(bursts) / f64::from(BURST)
}

pub fn limit() -> Figures {
    let measure = |threads: u32| {
        // Twice a burst.
        let (_rings, appenders) = HandRings::new(threads as usize, 1 << 14);
        let append = |mut ring: tracepoint_benches::limit::Appender| {
            move |id| ring.append(id, -(id as i64), KIND, [black_box(NAME).as_bytes()])
        };
        crowd(appenders.into_iter().map(append).collect())
    };
    GROUPS.iter().copied().zip(THREADS.map(measure)).collect()
}

pub fn ours() -> Figures {
    let mut client = Attached::start();
    let mut measure = |threads: u32| {
        let fires = (0..threads).map(|_| |id| fire_small(id, black_box(NAME))).collect();
        let spent = crowd(fires);
        // All arrive, those of the first bursts too.
        client.fired(u64::from((bursts(threads).0 + FIRST) * threads * BURST), 0);
        spent
    };
    GROUPS.iter().copied().zip(THREADS.map(&mut measure)).collect()
}
