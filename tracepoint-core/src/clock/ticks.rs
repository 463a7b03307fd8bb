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
#[inline]
pub(crate) fn ticks() -> u64 {
    if is_direct() { direct_ticks() } else { system::monotonic() }
}

/// Whether [`direct_ticks`] are what [`ticks`] are. Stays so once a gate was opened.
#[inline]
pub(crate) fn is_direct() -> bool {
    counter::IS_SYSTEM || SOURCE.load(Ordering::Relaxed) == COUNTER
}

/// Ticks now, where they come from the counter, or there is no other source than the system.
#[inline(always)]
pub(crate) fn direct_ticks() -> u64 {
    counter::read()
}

#[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
mod counter {
    pub(super) const NAME: &str = "tsc";
    pub(super) const IS_SYSTEM: bool = false;

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
    pub(super) const IS_SYSTEM: bool = false;

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
    pub(super) const IS_SYSTEM: bool = true;

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
