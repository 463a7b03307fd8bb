//! Keeps the library that this code is part of loaded.
//!
//! A program may load a library that brings its own copy of this crate, and close it again. By then threads can have
//! rings, whose destructors are in the library; the exporter has a thread that runs there; and rings and pool would
//! be lost with each time that it is loaded. So from the first time that anybody listens it stays, and who loads it
//! again finds it as it was. A library that nobody ever listened to can go.

/// Has the system never unload the library, or program, that this code is part of. Does nothing the second time.
pub fn keep_loaded() {
    #[cfg(all(
        any(target_os = "linux", target_os = "android", target_vendor = "apple", target_os = "freebsd"),
        not(miri)
    ))]
    {
        use std::sync::atomic::{AtomicBool, Ordering};

        static DONE: AtomicBool = AtomicBool::new(false);
        if DONE.swap(true, Ordering::Relaxed) {
            return;
        }
        // SAFETY: `info` is valid for writes; the name that it gets is that of a library that is loaded. The handle
        // is not given back, which alone would keep it. A program, or what the system cannot find, is not opened.
        unsafe {
            let mut info: libc::Dl_info = std::mem::zeroed();
            let here: fn() = keep_loaded;
            if libc::dladdr(here as *const libc::c_void, &mut info) != 0 && !info.dli_fname.is_null() {
                libc::dlopen(info.dli_fname, libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE);
            }
        }
    }
}
