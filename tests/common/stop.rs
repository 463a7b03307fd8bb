//! A flag that ends threads, also when the test that waits for them fails.

use std::sync::atomic::{AtomicBool, Ordering};

/// Sets the flag when it is dropped.
#[must_use]
pub struct StopOnDrop<'f>(pub &'f AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
