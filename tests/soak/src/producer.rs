//! The threads that fire.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::calls::Calls;
use crate::events::Fired;

/// What the producers share.
#[derive(Debug)]
pub struct Field {
    stop: AtomicBool,
    /// Producers so far: each has a number of its own.
    started: AtomicU32,
    total: Mutex<(Fired, Calls)>,
}

/// Threads that stay, and threads that come and go.
const STAY: usize = 6;
const PASS: usize = 2;

/// As when a block is connected.
const BURST: u64 = 20_000;

/// Ends the producers when it is dropped, so that a failure does not leave them behind.
struct Stop<'f>(&'f Field);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

impl Field {
    pub fn new() -> Self {
        Field {
            stop: AtomicBool::new(false),
            started: AtomicU32::new(0),
            total: Mutex::new((Fired::default(), Calls::new())),
        }
    }

    /// Fires until `meanwhile` returns. Returns that, what was fired, and how long the calls took.
    pub fn fire_during<R>(&self, meanwhile: impl FnOnce() -> R) -> (R, Fired, Calls) {
        let result = thread::scope(|scope| {
            let _stop = Stop(self);
            for _ in 0..STAY {
                scope.spawn(|| self.live(None));
            }
            for _ in 0..PASS {
                scope.spawn(|| {
                    while self.goes_on() {
                        // A thread of its own, as it is to end.
                        let _ = thread::scope(|scope| scope.spawn(|| self.live(Some(LIFE))).join());
                    }
                });
            }
            meanwhile()
        });
        let (fired, calls) = self.total.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (result, fired, calls)
    }

    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    /// Fires some 5,000 events a second.
    fn live(&self, life: Option<Duration>) {
        let producer = self.started.fetch_add(1, Ordering::Relaxed);
        let (mut fired, mut calls) = (Fired::default(), Calls::new());
        let start = Instant::now();
        let mut last_burst = Instant::now();
        while self.goes_on() && life.is_none_or(|life| start.elapsed() < life) {
            for _ in 0..20 {
                fired.small(producer, &mut calls);
            }
            for _ in 0..5 {
                fired.message(producer, &mut calls);
            }
            if producer == 0 && last_burst.elapsed() > Duration::from_secs(1) {
                (0..BURST).for_each(|_| fired.small(producer, &mut calls));
                last_burst = Instant::now();
            }
            thread::sleep(Duration::from_millis(5));
        }
        let mut total = self.total.lock().unwrap_or_else(PoisonError::into_inner);
        total.0.add(&fired);
        total.1.add(&calls);
    }
}

/// How long a thread lives that comes and goes.
const LIFE: Duration = Duration::from_millis(300);
