//! Drains the rings at intervals, while somebody listens.

mod pace;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod timerfd;
#[cfg(any(target_os = "linux", target_os = "android"))]
use timerfd::Ticks;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod portable;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
use portable::Ticks;

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::time::Duration;

use tracepoint_core::drain::{self, Pass};

use super::node::Node;
use super::wake::Wakeup;
use pace::{Came, Pace};

/// Whether the drain runs, and what it needs for that.
pub(super) struct Ticker {
    interval: Duration,
    /// For the drain to take.
    tools: RefCell<Option<Tools>>,
    is_running: Cell<bool>,
}

/// A timer and a socket: the system may have none left.
struct Tools {
    ticks: Ticks,
    wakeup: Wakeup,
}

impl Ticker {
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, tools: RefCell::default(), is_running: Cell::new(false) }
    }

    /// Makes sure that the drain can run, before somebody relies on it: a subscription without it would only be a
    /// burden. To be followed by a lease.
    ///
    /// # Errors
    /// The system has no timer or socket left for us.
    pub(super) fn prepare(&self) -> io::Result<()> {
        let mut tools = self.tools.borrow_mut();
        if !self.is_running.get() && tools.is_none() {
            *tools = Some(Tools { ticks: Ticks::new(self.interval)?, wakeup: Wakeup::new()? });
        }
        Ok(())
    }
}

/// Runs for ever: drains while there is a subscription, sleeps while there is none.
pub(super) async fn run(node: &Rc<Node>) {
    let ticker = &node.ticker;
    loop {
        let Some(tools) = ticker.tools.take() else {
            node.leases_changed.notified().await;
            continue;
        };
        ticker.is_running.set(true);
        let drained = drain_while_leased(node, tools).await;
        ticker.is_running.set(false);
        if drained.is_err() {
            for lease in node.leases() {
                lease.cancel();
            }
        }
    }
}

async fn drain_while_leased(node: &Node, tools: Tools) -> io::Result<()> {
    let Tools { mut ticks, wakeup } = tools;
    let mut pace = Pace::new(node.ticker.interval);
    let mut pass = Pass::default();
    // Since the last pass that took all.
    let mut came = Came::default();
    while node.has_leases() {
        if pass.more {
            // There is no time to lose, except for the other tasks: clients want to be served.
            tokio::task::yield_now().await;
        } else {
            tokio::select! {
                ticked = ticks.next() => ticked?,
                () = wakeup.wait() => came.called = true,
                () = node.leases_changed.notified() => {}
            }
        }
        pass = drain::poll();
        node.wake_pumps();
        came.events += pass.events;
        came.bytes += pass.bytes;
        if !pass.more && pace.saw(std::mem::take(&mut came)) {
            ticks.set_interval(pace.interval())?;
        }
    }
    Ok(())
}
