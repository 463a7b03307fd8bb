//! How long calls of probes take, and whose fault it is when they take long.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use nix::sys::resource::{UsageWho, getrusage};

/// What is slow.
pub const SLOW: Duration = Duration::from_micros(100);

/// Times each call, and beside it a copy of the same bytes to memory of the thread, which shows what the
/// machine does to any code: interrupts, and what lies below it if it is a virtual one.
#[derive(Debug, Clone)]
pub struct Calls {
    pub probes: Times,
    pub copies: Times,
    buffer: Vec<u8>,
}

/// Durations in nanoseconds, and what happened in the slow ones.
#[derive(Debug, Clone)]
pub struct Times {
    histogram: Histogram<u64>,
    total: Duration,
    /// Slow ones in which the system took the processor away.
    pub preempted: u64,
    /// Slow ones in which the thread gave the processor up: it waited.
    pub waited: u64,
    /// Slow ones in which it had the processor all the time, as far as the system knows.
    pub unexplained: u64,
}

impl Calls {
    pub fn new() -> Self {
        Calls { probes: Times::new(), copies: Times::new(), buffer: vec![0; 1 << 20] }
    }

    /// Calls a probe that fires so many bytes.
    pub fn time(&mut self, bytes: &[u8], probe: impl FnOnce()) {
        self.probes.time(probe);
        let Calls { copies, buffer, .. } = self;
        copies.time(|| {
            buffer[..bytes.len()].copy_from_slice(bytes);
            black_box(buffer);
        });
    }

    pub fn add(&mut self, other: &Calls) {
        self.probes.add(&other.probes);
        self.copies.add(&other.copies);
    }

    /// How many slow calls without an explanation there may be, if those of the copies are the machine's.
    pub fn allowed(&self) -> u64 {
        let times = self.probes.total.as_secs_f64() / self.copies.total.as_secs_f64().max(1e-9);
        (self.copies.unexplained as f64 * times * 3.0) as u64 + 3
    }
}

/// How often this thread gave up the processor, and how often it was taken away.
fn switches() -> (i64, i64) {
    getrusage(UsageWho::RUSAGE_THREAD)
        .map_or((0, 0), |usage| (usage.voluntary_context_switches(), usage.involuntary_context_switches()))
}

impl Times {
    fn new() -> Self {
        // Up to ten seconds, to two digits.
        let histogram = Histogram::new_with_bounds(1, 10_000_000_000, 2).expect("sound bounds");
        Times { histogram, total: Duration::ZERO, preempted: 0, waited: 0, unexplained: 0 }
    }

    fn time(&mut self, call: impl FnOnce()) {
        let before = switches();
        let start = Instant::now();
        call();
        let time = start.elapsed();
        self.histogram.saturating_record(time.as_nanos() as u64);
        self.total += time;
        if time > SLOW {
            let after = switches();
            match (after.0 > before.0, after.1 > before.1) {
                (true, _) => self.waited += 1,
                (false, true) => self.preempted += 1,
                (false, false) => self.unexplained += 1,
            }
        }
    }

    fn add(&mut self, other: &Times) {
        self.histogram += &other.histogram;
        self.total += other.total;
        self.preempted += other.preempted;
        self.waited += other.waited;
        self.unexplained += other.unexplained;
    }
}

impl fmt::Display for Times {
    /// A histogram, by powers of two of nanoseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |part| self.histogram.value_at_quantile(part);
        writeln!(
            f,
            "  {} calls: median {} ns, 99 % {} ns, 99.99 % {} ns, longest {} ns",
            self.histogram.len(),
            at(0.5),
            at(0.99),
            at(0.9999),
            self.histogram.max()
        )?;
        for bucket in self.histogram.iter_log(32, 2.0) {
            let count = bucket.count_since_last_iteration();
            if count > 0 {
                writeln!(f, "  up to {:>10} ns {count:>12}", bucket.value_iterated_to() + 1)?;
            }
        }
        writeln!(
            f,
            "  above {} us: {} preempted, {} waited, {} unexplained",
            SLOW.as_micros(),
            self.preempted,
            self.waited,
            self.unexplained
        )
    }
}
