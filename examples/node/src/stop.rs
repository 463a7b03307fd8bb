//! A request to stop, shared between threads.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A request to stop. Clones share one state, so that one thread can ask and another can obey.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<State>);

#[derive(Debug, Default)]
struct State {
    requested: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// A request that nobody has made yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop. Wakes everybody in [`wait`](Self::wait); asking again changes nothing.
    pub fn request(&self) {
        *self.0.requested.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.changed.notify_all();
    }

    /// Whether somebody asked to stop.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.0.requested.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for `time`, or less if somebody asks to stop. Returns whether somebody did.
    pub fn wait(&self, time: Duration) -> bool {
        let requested = self.0.requested.lock().unwrap_or_else(PoisonError::into_inner);
        let (requested, _) = self
            .0
            .changed
            .wait_timeout_while(requested, time, |requested| !*requested)
            .unwrap_or_else(PoisonError::into_inner);
        *requested
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_reaches_every_clone_and_ends_every_wait() {
        let stop = Stop::new();
        assert!(!stop.wait(Duration::ZERO));
        let asker = stop.clone();
        std::thread::spawn(move || asker.request());
        assert!(stop.wait(Duration::MAX));
        assert!(stop.is_requested());
    }
}
