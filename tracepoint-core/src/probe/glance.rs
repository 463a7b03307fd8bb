//! The two instructions that a probe is while nobody listens.
//!
//! A compiler loads an atomic into a register and then looks at it: one instruction more than it takes, a register,
//! and from another crate than the event's a load of the gate's address too. On x86-64 the check is
//! therefore written out: compare the gate in memory, jump if it is not zero. It is [`Gate::glance`](crate::Gate) all
//! the same, a relaxed load, as the CPU loads nothing else.
//!
//! All other machines, compilers before Rust 1.87, Miri, and programs that are built with `--cfg tracepoint_portable`
//! load the atomic. That one is for probes in a Rust `dylib`: it exports its statics, and the linker lets no code
//! of it name them relative to itself.

/// Overrides `Event::glance`, where there is something better.
#[doc(hidden)]
#[macro_export]
#[cfg(all(target_arch = "x86_64", rustc_1_87, not(any(miri, tracepoint_portable))))]
macro_rules! __glance {
    ($gate:ident) => {
        #[inline(always)]
        fn glance() -> bool {
            // att_syntax: takes any name of a symbol; Intel's would read `.` and `$` in it.
            // readonly: it may see what any other code has stored before.
            // SAFETY: reads four aligned bytes of a static, as a relaxed load would.
            unsafe {
                ::core::arch::asm!(
                    "cmpl $0, {gate}(%rip)",
                    "jne {open}",
                    gate = sym $gate,
                    open = label { return true },
                    options(att_syntax, nostack, readonly),
                );
            }
            false
        }
    };
}

/// The method of the trait is as good as it gets.
#[doc(hidden)]
#[macro_export]
#[cfg(not(all(target_arch = "x86_64", rustc_1_87, not(any(miri, tracepoint_portable)))))]
macro_rules! __glance {
    ($gate:ident) => {};
}
