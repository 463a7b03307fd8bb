//! Hiding from the compiler where a value comes from, where knowing it makes worse code.

macro_rules! hide {
    ($value:ident) => {{
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        {
            let mut value = $value;
            // SAFETY: does nothing.
            unsafe {
                std::arch::asm!("/* {} */", inout(reg) value, options(pure, nomem, nostack, preserves_flags));
            }
            value
        }
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        $value
    }};
}

/// The same pointer. What the compiler knows of its place, or has loaded from there, it does not know of this one: so
/// it keeps neither base and index nor values in registers, which it would have to save on the stack for that.
///
/// Registers saved are stores, and stores are what a probe waits for on a busy core.
#[cfg_attr(
    all(target_arch = "x86_64", not(miri)),
    expect(clippy::pointers_in_nomem_asm_block, reason = "nothing is done with it")
)]
#[inline(always)]
pub(crate) fn opaque<T>(pointer: *const T) -> *const T {
    hide!(pointer)
}

/// The same number, in a register of its own: two that lie side by side are not loaded as one.
///
/// The caller of a probe has just stored them, one by one, and a load of both would wait until they are in the cache.
#[inline(always)]
pub(crate) fn alone(number: u64) -> u64 {
    hide!(number)
}
