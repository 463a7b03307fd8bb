//! After `fork`, the child is off: nobody listens to it until it starts an exporter of its own.
//!
//! The parent's rings are copies in the child that nobody drains, and its subscribers are connected to
//! the parent. So the child's handler closes all gates and forgets all subscriptions. The control lock is
//! held over the fork, so that the child gets it in a sound state.

use std::sync::Once;

static HANDLERS: Once = Once::new();

/// Installs the handlers, once.
pub(crate) fn prepare() {
    HANDLERS.call_once(|| {
        #[cfg(all(unix, not(miri)))]
        handlers::install();
    });
}

#[cfg(all(unix, not(miri)))]
mod handlers {
    use crate::control;

    pub(super) fn install() {
        // SAFETY: the handlers are functions of this program. Where they cannot be installed (no memory),
        // forking works as in any program that holds locks.
        let _ = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
    }

    extern "C" fn before() {
        control::hold_for_fork();
    }

    extern "C" fn in_parent() {
        // SAFETY: `before` ran in this thread.
        unsafe { control::release_after_fork() }
    }

    extern "C" fn in_child() {
        // SAFETY: `before` ran in the thread that lives on here.
        unsafe { control::release_after_fork() }
        control::lock().abandon();
    }
}
