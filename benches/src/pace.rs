//! How the rows are timed: bursts with rests between them, in which the reader catches up, so that every
//! row measures events that arrive.

use std::thread;
use std::time::{Duration, Instant};

/// How often a drain looks, in all rows.
pub const PERIOD: Duration = Duration::from_millis(1);

/// Times `calls` calls in bursts of `size`, resting after each one outside of the time. `rest` is told how
/// many there were.
pub fn bursts(size: u64, calls: u64, mut call: impl FnMut(u64), mut rest: impl FnMut(u64)) -> Duration {
    let mut time = Duration::ZERO;
    let mut done = 0;
    while done < calls {
        let until = calls.min(done + size);
        let start = Instant::now();
        for id in done..until {
            call(id);
        }
        time += start.elapsed();
        rest(until - done);
        done = until;
    }
    time
}

/// Waits until the rings of this process are (nearly) empty, and whoever emptied them sleeps again.
pub fn settle() {
    // A thread keeps a chunk.
    hold_below(4 * 64 * 1024);
    pause();
}

/// Waits until the rings of this process hold less than that.
fn hold_below(bytes: usize) {
    while tracepoints::pool::stats().used_bytes > bytes {
        thread::sleep(Duration::from_micros(100));
    }
}

/// Lets a drain that has nothing left to do go to sleep.
pub fn pause() {
    thread::sleep(Duration::from_micros(500));
}

/// Calls `fire` `count` times, `per_second` of them in each second, and sleeps in between. Whoever is late
/// catches up.
pub fn steadily(per_second: u64, count: u64, mut fire: impl FnMut(u64)) {
    let start = Instant::now();
    let mut done = 0;
    while done < count {
        let due = (start.elapsed().as_nanos() as u64).saturating_mul(per_second) / 1_000_000_000 + 1;
        while done < due.min(count) {
            fire(done);
            done += 1;
        }
        let next = Duration::from_nanos(done * 1_000_000_000 / per_second);
        thread::sleep(next.saturating_sub(start.elapsed()));
    }
}
