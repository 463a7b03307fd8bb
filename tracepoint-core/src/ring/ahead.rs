//! Asking for memory before it is written.
//!
//! What the drain has read lies in the cache of its core, and a thread has to have it taken away from there before it
//! writes to it (25 to 100 ns a line). Stores that wait for that hold up all that come behind them, and only as many
//! lines are on their way as the few stores in flight touch. So each record asks for lines that later ones will be
//! written to, as many as it takes itself: they come while others are written. Measured, with a drain that keeps up: 80
//! to 50 ns for a record of 176 bytes, 14 to 12 for one of 72.

/// How far ahead, in bytes: what is written while a line is on its way. A third more or less is the same.
const DISTANCE: usize = 1536;

/// Words of two lines.
const TWO_LINES: usize = 16;

/// Asks for what will be written behind a record of `words` words at `start`; behind a large one, for four lines only:
/// it is copied by wide stores, for which many lines are on their way at once.
///
/// At the end of a chunk, that is another chunk, or none: a hint, which reads and writes nothing.
#[inline(always)]
pub(super) fn ask(start: *const u64, words: usize) {
    line::<0>(start);
    line::<1>(start);
    if words > TWO_LINES {
        line::<2>(start);
        line::<3>(start);
    }
}

/// Has a line of a cache brought here for writing: the `NUMBER`th of those ahead of `start`.
#[cfg_attr(
    all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)),
    expect(clippy::pointers_in_nomem_asm_block, reason = "a hint, not an access")
)]
#[inline(always)]
fn line<const NUMBER: usize>(start: *const u64) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: a hint, for any address. All CPUs decode it, if only as one that does nothing.
    unsafe {
        std::arch::asm!(
            "prefetchw [{} + {}]",
            in(reg) start,
            const DISTANCE + NUMBER * 64,
            options(nomem, nostack, preserves_flags)
        );
    }
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    // SAFETY: a hint, for any address.
    unsafe {
        std::arch::asm!(
            "prfm pstl1keep, [{}, #{}]",
            in(reg) start,
            const DISTANCE + NUMBER * 64,
            options(nomem, nostack, preserves_flags)
        );
    }
    let _ = (start, DISTANCE);
}
