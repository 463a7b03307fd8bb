//! Elsewhere: a notification of the event loop.

use std::io;
use std::sync::Arc;

use tokio::sync::Notify;
use tracepoint_core::pool::Wake;

pub(super) struct Signal(Arc<Notify>);

pub(super) struct Waiter(Arc<Notify>);

#[expect(clippy::unnecessary_wraps, reason = "the same signature on every platform")]
pub(super) fn pair() -> io::Result<(Signal, Waiter)> {
    let notify = Arc::new(Notify::new());
    Ok((Signal(notify.clone()), Waiter(notify)))
}

impl Wake for Signal {
    fn wake(&self) {
        self.0.notify_one();
    }
}

impl Waiter {
    pub(super) async fn wait(&self) {
        self.0.notified().await;
    }
}
