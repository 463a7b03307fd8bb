//! After `fork`, the child is off: nobody listens to it until it starts an exporter of its own.
//!
//! Its parent's subscribers are not its own, and its copies of locks and queues are in whatever state
//! other threads, which it does not have, left them. So the child touches none of them: it closes all
//! gates, leaves its copy of the [`world`](crate::world) behind for good, and begins anew. The parent
//! notices nothing; `fork` waits for nobody.

use std::sync::Once;

static HANDLER: Once = Once::new();

/// Installs the handler, once.
pub(crate) fn prepare() {
    HANDLER.call_once(|| {
        #[cfg(all(unix, not(miri)))]
        // SAFETY: the handler is a function of this program. Where it cannot be installed (no memory),
        // forking works as in any program that has locks and threads.
        let _ = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    });
}

#[cfg(all(unix, not(miri)))]
extern "C" fn in_child() {
    crate::world::leave();
    crate::thread::leave();
    for tracepoint in crate::Tracepoint::registered() {
        tracepoint.forget();
    }
}
