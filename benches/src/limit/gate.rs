//! A gate written by hand.

use std::sync::atomic::{AtomicU32, Ordering};

/// A relaxed load and a branch to a cold function.
pub struct HandGate(AtomicU32);

impl HandGate {
    /// A closed one.
    #[allow(clippy::new_without_default, reason = "const")]
    pub const fn new() -> Self {
        HandGate(AtomicU32::new(0))
    }

    /// Opens it if the environment says so, which the compiler cannot know.
    pub fn perhaps_open(&self) {
        if std::env::var_os("TRACEPOINT_BENCH_OPEN").is_some() {
            self.0.store(1, Ordering::Relaxed);
        }
    }

    /// Calls `cold` if it is open.
    #[inline(always)]
    pub fn check(&self, cold: impl FnOnce()) {
        if self.0.load(Ordering::Relaxed) != 0 {
            taken(cold);
        }
    }
}

#[cold]
#[inline(never)]
fn taken(cold: impl FnOnce()) {
    cold();
}
