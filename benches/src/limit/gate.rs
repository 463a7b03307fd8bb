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

    /// Whether it is.
    #[inline(always)]
    pub fn is_open(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }
}
