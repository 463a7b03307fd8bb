//! How the rows are timed: bursts with rests between them, in which the drain catches up, so that every
//! row measures events that arrive.

use std::time::{Duration, Instant};

/// Calls in a burst.
pub const BURST: u64 = 10_000;

/// Times `calls` calls in bursts, resting after each one outside of the time.
pub fn bursts(calls: u64, mut call: impl FnMut(u64), rest: impl FnMut()) -> Duration {
    bursts_of(BURST, calls, &mut call, rest)
}

/// As [`bursts`], with bursts of another size.
pub fn bursts_of(size: u64, calls: u64, mut call: impl FnMut(u64), mut rest: impl FnMut()) -> Duration {
    let mut time = Duration::ZERO;
    let mut done = 0;
    while done < calls {
        let until = calls.min(done + size);
        let start = Instant::now();
        for id in done..until {
            call(id);
        }
        time += start.elapsed();
        done = until;
        rest();
    }
    time
}

/// Waits until the rings of this process are (nearly) empty, and whoever emptied them sleeps again.
pub fn settle() {
    drained();
    pause();
}

/// Waits until the rings of this process are (nearly) empty.
pub fn drained() {
    // What a thread keeps: a chunk, and its stash.
    const CHUNKS: usize = 4 * 64 * 1024;
    while tracepoints::pool::stats().used_bytes > CHUNKS {
        std::thread::yield_now();
    }
}

/// Lets a drain that has nothing left to do go to sleep.
pub fn pause() {
    std::thread::sleep(Duration::from_micros(500));
}
