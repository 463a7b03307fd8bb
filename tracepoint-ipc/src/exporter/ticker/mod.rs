//! Drains the rings at intervals, while somebody listens.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod timerfd;
#[cfg(any(target_os = "linux", target_os = "android"))]
use timerfd::Interval;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod portable;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
use portable::Interval;

use std::io;
use std::rc::Rc;

use super::node::Node;
use super::wake::Wakeup;

/// Runs for ever: drains while there is a subscription, sleeps while there is none.
pub(super) async fn run(node: &Rc<Node>) {
    loop {
        while !node.has_leases() {
            node.leases_changed.notified().await;
        }
        if drain_while_leased(node).await.is_err() {
            // The system has no timer for us. Subscriptions stay, but only see what a full pool pushes out.
            node.leases_changed.notified().await;
        }
    }
}

async fn drain_while_leased(node: &Node) -> io::Result<()> {
    let mut interval = Interval::new(node.settings.poll_interval)?;
    let wakeup = Wakeup::new()?;
    while node.has_leases() {
        tokio::select! {
            ticked = interval.tick() => ticked?,
            () = wakeup.wait() => {}
            () = node.leases_changed.notified() => {}
        }
        tracepoint_core::drain::poll();
        node.wake_pumps();
    }
    Ok(())
}
