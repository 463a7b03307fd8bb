//! A library with tracepoints and an exporter of its own, as a plugin of a program that knows nothing of them.
#![cfg(unix)]

use std::ffi::{CStr, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::sync::Mutex;

use tracepoint_core::{Capture, Event, capture, tracepoint};
use tracepoint_ipc::Exporter;

#[derive(Event)]
#[event(provider = "library", crate = tracepoint_core)]
struct Called {
    nonce: u64,
}

static EXPORTER: Mutex<Option<Exporter>> = Mutex::new(None);
static CAPTURE: Mutex<Option<Capture>> = Mutex::new(None);

/// Starts an exporter called `library`.
///
/// # Safety
///
/// `directory` is the path of a directory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn library_export(directory: *const c_char) {
    // SAFETY: by the caller.
    let directory = OsStr::from_bytes(unsafe { CStr::from_ptr(directory) }.to_bytes());
    *EXPORTER.lock().unwrap() = Some(Exporter::builder("library").directory(directory).start().unwrap());
}

/// Stops it.
#[unsafe(no_mangle)]
pub extern "C" fn library_stop() {
    *EXPORTER.lock().unwrap() = None;
}

/// Fires an event.
#[unsafe(no_mangle)]
pub extern "C" fn library_fire(nonce: u64) {
    tracepoint!(Called { nonce });
}

/// Listens within the process.
#[unsafe(no_mangle)]
pub extern "C" fn library_capture() {
    *CAPTURE.lock().unwrap() = Some(capture("library:*"));
}

/// How many events were heard since the last time.
#[unsafe(no_mangle)]
pub extern "C" fn library_captured() -> usize {
    CAPTURE.lock().unwrap().as_mut().map_or(0, |capture| capture.take().len())
}
