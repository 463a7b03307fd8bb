//! Processes made by `fork`, and how they tell their parent what they saw.
#![cfg(unix)]

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `child` in a forked process, and `parent` meanwhile in this one.
///
/// # Panics
///
/// If the child panicked.
#[track_caller]
pub fn fork(child: impl FnOnce(), parent: impl FnOnce()) {
    // SAFETY: the child runs only what the test gives it, and ends without going back to the harness.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "fork failed");
    if pid == 0 {
        let status = i32::from(catch_unwind(AssertUnwindSafe(child)).is_err());
        // SAFETY: ends the process.
        unsafe { libc::_exit(status) };
    }
    parent();
    let mut status = 0;
    // SAFETY: waits for the child above.
    assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "the child failed: {status:#x}");
}
