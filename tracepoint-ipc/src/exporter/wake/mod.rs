//! Lets a probe wake the exporter, before its timer does, when the pool runs low.

#[cfg(unix)]
mod socket;
#[cfg(unix)]
use socket::{Signal, Waiter, pair};

#[cfg(not(unix))]
mod notify;
#[cfg(not(unix))]
use notify::{Signal, Waiter, pair};

use std::io;
use std::sync::{Arc, PoisonError};

use tracepoint_core::pool::{self, Wake};

use crate::fork::PerProcess;

/// The signals of all exporters of this process that drain. The core knows one waker only.
static SIGNALS: PerProcess<Vec<Arc<Signal>>> = PerProcess::new();

/// Only in a forked child.
#[cfg(unix)]
pub(crate) fn leave() {
    SIGNALS.leave();
}

/// Can be woken by probes, until it is dropped.
pub(super) struct Wakeup {
    signal: Arc<Signal>,
    waiter: Waiter,
}

impl Wakeup {
    pub(super) fn new() -> io::Result<Self> {
        let (signal, waiter) = pair()?;
        let signal = Arc::new(signal);
        change(|signals| signals.push(signal.clone()));
        Ok(Self { signal, waiter })
    }

    /// Resolves when a probe has called.
    pub(super) async fn wait(&self) {
        self.waiter.wait().await;
    }
}

impl Drop for Wakeup {
    fn drop(&mut self) {
        change(|signals| signals.retain(|other| !Arc::ptr_eq(other, &self.signal)));
    }
}

fn change(f: impl FnOnce(&mut Vec<Arc<Signal>>)) {
    let mut signals = SIGNALS.get().lock().unwrap_or_else(PoisonError::into_inner);
    f(&mut signals);
    pool::set_waker(match signals.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        all => Some(Arc::new(Everyone(all.into()))),
    });
}

/// Several exporters.
struct Everyone(Box<[Arc<Signal>]>);

impl Wake for Everyone {
    fn wake(&self) {
        for signal in &self.0 {
            signal.wake();
        }
    }
}
