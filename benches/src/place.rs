//! Where threads run: the one that fires on a core of its own, so that it meets the same caches in every round.
//!
//! Otherwise the system moves the reader to the core of whoever fires, and away again, and a row is twice as fast
//! in one round as in the next.

/// Runs `start`, whose threads and processes share all cores but one; the calling thread has that one from then on.
/// Where there is one core alone, or the system cannot be told, nobody is told where to run.
pub fn apart<T>(start: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    if let Some((own, others)) = linux::split() {
        linux::stay_on(&others);
        let started = start();
        linux::stay_on(&own);
        return started;
    }
    start()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::mem::{size_of, zeroed};

    /// The first core that this thread may run on, and the others.
    pub fn split() -> Option<(libc::cpu_set_t, libc::cpu_set_t)> {
        // SAFETY: all zeros is the empty set; a set is written to, within its size, and nothing else.
        unsafe {
            let (mut own, mut others): (libc::cpu_set_t, libc::cpu_set_t) = (zeroed(), zeroed());
            if libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut others) != 0 {
                return None;
            }
            let first = (0..libc::CPU_SETSIZE as usize).find(|&core| libc::CPU_ISSET(core, &others))?;
            libc::CPU_SET(first, &mut own);
            libc::CPU_CLR(first, &mut others);
            (libc::CPU_COUNT(&others) > 0).then_some((own, others))
        }
    }

    /// Keeps this thread, and what it starts, to these cores.
    pub fn stay_on(cores: &libc::cpu_set_t) {
        // SAFETY: the set is read, and it is that of this thread alone that changes.
        let kept = unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), cores) };
        assert_eq!(kept, 0, "cores of our own: {}", std::io::Error::last_os_error());
    }
}
