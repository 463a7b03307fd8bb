//! Keeps the signals of the process away from our thread.
//!
//! A handler of the process may rely on the thread that it interrupts: on its stack, on what it does, on the system
//! call that it breaks off. So it never interrupts ours.

/// While it lives, the calling thread takes no signals, and a thread that it starts will never take any.
#[cfg(unix)]
pub(super) struct Blocked {
    before: libc::sigset_t,
}

#[cfg(unix)]
impl Blocked {
    pub(super) fn new() -> Self {
        // SAFETY: the sets are initialised by the first calls, which cannot fail, as all signals exist.
        unsafe {
            let (mut all, mut before) = (std::mem::zeroed(), std::mem::zeroed());
            libc::sigfillset(&mut all);
            for own in OWN {
                libc::sigdelset(&mut all, own);
            }
            libc::pthread_sigmask(libc::SIG_BLOCK, &all, &mut before);
            Self { before }
        }
    }
}

/// What a thread brings upon itself: blocked, it would end the process without its crash handler. And the signal of
/// profilers, which want to see all threads.
#[cfg(unix)]
const OWN: [libc::c_int; 8] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGABRT,
    libc::SIGTRAP,
    libc::SIGSYS,
    libc::SIGPROF,
];

#[cfg(unix)]
impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the set is what the system had.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut()) };
    }
}

/// Where there are no signals.
#[cfg(not(unix))]
pub(super) struct Blocked;

#[cfg(not(unix))]
impl Blocked {
    pub(super) fn new() -> Self {
        Self
    }
}
