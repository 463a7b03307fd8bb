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

use std::io;
use std::rc::Rc;

use tracepoint_core::drain::{self, Pass};

use super::node::Node;
use super::wake::Wakeup;
use pace::Pace;

/// Runs for ever: drains while there is a subscription, sleeps while there is none.
pub(super) async fn run(node: &Rc<Node>) {
    loop {
        while !node.has_leases() {
            node.leases_changed.notified().await;
        }
        if drain_while_leased(node).await.is_err() {
            // The system has no timer or socket left for us. Without draining, subscriptions are of no use.
            for lease in node.leases() {
                lease.cancel();
            }
        }
    }
}

async fn drain_while_leased(node: &Node) -> io::Result<()> {
    let mut pace = Pace::new(node.settings.poll_interval);
    let mut ticks = Ticks::new(pace.interval())?;
    let wakeup = Wakeup::new()?;
    let mut pass = Pass::default();
    while node.has_leases() {
        if pass.more {
            // There is no time to lose, except for the other tasks: clients want to be served.
            tokio::task::yield_now().await;
        } else {
            tokio::select! {
                ticked = ticks.next() => ticked?,
                () = wakeup.wait() => {}
                () = node.leases_changed.notified() => {}
            }
        }
        pass = drain::poll();
        node.wake_pumps();
        if pace.saw(pass.events) {
            ticks.set_interval(pace.interval())?;
        }
    }
    Ok(())
}
