//! The counter that a probe reads.

use std::sync::atomic::{AtomicU8, Ordering};

use super::system;

const UNDECIDED: u8 = 0;
const SYSTEM: u8 = 1;
const COUNTER: u8 = 2;

/// Decided once, before the first gate is opened, so a relaxed load in a probe sees it: the gate's
/// Acquire covers it.
static SOURCE: AtomicU8 = AtomicU8::new(UNDECIDED);

/// Decides where ticks come from, if that is still open.
pub(crate) fn choose() {
    if SOURCE.load(Ordering::Relaxed) == UNDECIDED {
        let source = if counter::trusted() { COUNTER } else { SYSTEM };
        SOURCE.store(source, Ordering::Relaxed);
    }
}

pub(super) fn source() -> &'static str {
    if SOURCE.load(Ordering::Relaxed) == COUNTER { counter::NAME } else { "system" }
}

/// Ticks now.
#[inline(always)]
pub(crate) fn ticks() -> u64 {
    if SOURCE.load(Ordering::Relaxed) == COUNTER { counter::read() } else { system() }
}

/// Out of line, so that the counter's readers need not keep their registers for a call.
#[cold]
#[inline(never)]
fn system() -> u64 {
    system::monotonic()
}

#[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
mod counter {
    pub(super) const NAME: &str = "tsc";

    /// Whether the kernel keeps its own time with it.
    pub(super) fn trusted() -> bool {
        super::kernel_uses("tsc")
    }

    #[inline(always)]
    pub(super) fn read() -> u64 {
        // SAFETY: every x86-64 has the instruction.
        unsafe { std::arch::x86_64::_rdtsc() }
    }
}

#[cfg(all(target_arch = "aarch64", target_os = "linux", not(miri)))]
mod counter {
    pub(super) const NAME: &str = "cntvct";

    /// Whether the kernel keeps its own time with it.
    pub(super) fn trusted() -> bool {
        super::kernel_uses("arch_sys_counter")
    }

    #[inline(always)]
    pub(super) fn read() -> u64 {
        let ticks: u64;
        // SAFETY: Linux lets user space read the virtual counter.
        unsafe {
            std::arch::asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags))
        };
        ticks
    }
}

#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), target_os = "linux", not(miri))))]
mod counter {
    pub(super) const NAME: &str = "system";

    pub(super) fn trusted() -> bool {
        false
    }

    pub(super) fn read() -> u64 {
        super::system::monotonic()
    }
}

#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), target_os = "linux", not(miri)))]
fn kernel_uses(name: &str) -> bool {
    const CURRENT: &str = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    std::fs::read_to_string(CURRENT).is_ok_and(|current| current.trim() == name)
}
