//! Taking memory from the system, and giving it back while keeping the address range.

/// What chunks are aligned to: the usual page size.
pub(crate) const SIZE: usize = 4096;

/// Has the system provide a range, all zeros.
///
/// # Safety
///
/// Nobody else accesses the range, whose content is not needed any more.
pub(crate) unsafe fn touch(start: *mut u8, bytes: usize) {
    for at in (0..bytes).step_by(SIZE) {
        // SAFETY: within the range, which is the caller's. Volatile, as nobody seems to read it.
        unsafe { start.add(at).write_volatile(0) };
    }
}

/// Lets the system reclaim a range that stays reserved. Its content is lost.
///
/// Where the system knows no way, nothing happens: the memory stays resident and is used again.
///
/// # Safety
///
/// Nobody else accesses the range, whose content is not needed any more.
pub(crate) unsafe fn discard(start: *mut u8, bytes: usize) {
    #[cfg(all(unix, not(loom), not(miri)))]
    {
        #[cfg(target_os = "linux")]
        const ADVICE: libc::c_int = libc::MADV_DONTNEED;
        #[cfg(not(target_os = "linux"))]
        const ADVICE: libc::c_int = libc::MADV_FREE;
        // SAFETY: the caller owns the range. Failure (pages larger than ours) leaves it as it is.
        let _ = unsafe { libc::madvise(start.cast(), bytes, ADVICE) };
    }
    let _ = (start, bytes);
}

/// As [`discard`], of the whole pages within a range.
///
/// # Safety
///
/// As there.
pub(crate) unsafe fn discard_within(start: *mut u8, bytes: usize) {
    let before = start.align_offset(SIZE);
    let pages = bytes.saturating_sub(before) / SIZE;
    if pages > 0 {
        // SAFETY: within the range, which is the caller's.
        unsafe { discard(start.add(before), pages * SIZE) };
    }
}
