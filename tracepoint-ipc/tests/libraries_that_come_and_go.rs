//! A program loads a library that has tracepoints, and closes it: nothing is left that leads into nowhere.
//!
//! The library is `tests/library`, an example of this package, which `cargo test -p tracepoint-ipc` builds too.
#![cfg(target_os = "linux")]

mod common;

use std::ffi::{CStr, CString, c_char, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use common::process::{Process, role, say};
use common::{Sockets, read_events};
use tracepoint_ipc::Request;
use tracepoint_ipc::blocking::{Client, EventStream};

/// A loaded library.
struct Library(*mut c_void);

// SAFETY: any thread may use a library, and close it.
unsafe impl Send for Library {}

impl Library {
    fn path() -> PathBuf {
        let directory = std::env::current_exe().unwrap();
        let directory = directory.parent().and_then(Path::parent).unwrap().join("examples");
        let path = directory.join("libtracepoint_test_library.so");
        assert!(path.exists(), "{} is missing: cargo build -p tracepoint-ipc --examples", path.display());
        path
    }

    fn load() -> Self {
        let path = CString::new(Self::path().as_os_str().as_bytes()).unwrap();
        // SAFETY: what runs when it is loaded is ours.
        let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        assert!(!handle.is_null());
        Self(handle)
    }

    /// A function, which is called as long as the library is there.
    fn function(&self, name: &CStr) -> *mut c_void {
        // SAFETY: the library is loaded.
        let function = unsafe { libc::dlsym(self.0, name.as_ptr()) };
        assert!(!function.is_null(), "{name:?}");
        function
    }

    fn fire(&self) -> extern "C" fn(u64) {
        // SAFETY: it is this function.
        unsafe { std::mem::transmute(self.function(c"library_fire")) }
    }

    fn call(&self, name: &CStr) {
        // SAFETY: a function without parameters.
        let function: extern "C" fn() = unsafe { std::mem::transmute(self.function(name)) };
        function();
    }

    fn captured(&self) -> usize {
        // SAFETY: it is this function.
        let function: extern "C" fn() -> usize =
            unsafe { std::mem::transmute(self.function(c"library_captured")) };
        function()
    }

    fn export(&self, directory: &Path) {
        let directory = CString::new(directory.as_os_str().as_bytes()).unwrap();
        // SAFETY: it is this function, and it gets a path.
        unsafe {
            let function: unsafe extern "C" fn(*const c_char) =
                std::mem::transmute(self.function(c"library_export"));
            function(directory.as_ptr());
        }
    }

    fn close(self) {
        // SAFETY: opened once, closed once.
        assert_eq!(unsafe { libc::dlclose(self.0) }, 0);
    }
}

fn is_loaded() -> bool {
    std::fs::read_to_string("/proc/self/maps").unwrap().contains("libtracepoint_test_library.so")
}

/// In a process of its own, as what happens to it once cannot be undone. It must end in good order.
fn in_a_process(test: &str, run: impl FnOnce(&Path)) {
    if let Some((_, directory)) = role() {
        run(&directory);
        return say("done");
    }
    let sockets = Sockets::new();
    let process = Process::start(test, "program", sockets.path());
    assert_eq!(process.hear(), "done");
    let status = process.wait();
    assert!(status.success(), "{status}");
}

#[test]
fn a_library_that_nobody_listened_to_is_unloaded() {
    in_a_process("a_library_that_nobody_listened_to_is_unloaded", |_| {
        for _ in 0..3 {
            let library = Library::load();
            let fire = library.fire();
            std::thread::spawn(move || fire(1)).join().unwrap();
            library.close();
            assert!(!is_loaded());
        }
    });
}

/// Its memory would be lost each time.
#[test]
fn a_library_that_somebody_listened_to_stays_and_is_found_as_it_was() {
    in_a_process("a_library_that_somebody_listened_to_stays_and_is_found_as_it_was", |_| {
        // Threads that are gone when it is closed, as the system itself waits for those that are not.
        let in_a_thread = |run: fn(&Library)| {
            let run = move || {
                let library = Library::load();
                run(&library);
                library
            };
            std::thread::spawn(run).join().unwrap().close();
            assert!(is_loaded());
        };
        in_a_thread(|library| library.call(c"library_capture"));
        for _ in 0..3 {
            in_a_thread(|library| library.fire()(1));
            in_a_thread(|library| assert_eq!(library.captured(), 1));
        }
    });
}

#[test]
fn a_library_that_is_closed_while_its_threads_have_rings_leaves_them_intact() {
    in_a_process("a_library_that_is_closed_while_its_threads_have_rings_leaves_them_intact", |_| {
        for round in 0..3 {
            let library = Library::load();
            library.call(c"library_capture");
            let fire = library.fire();
            let (go, wait) = mpsc::channel::<()>();
            let thread = std::thread::spawn(move || {
                fire(1);
                // Ends when the library was closed, and so do its thread-local variables.
                wait.recv().unwrap();
                fire(2);
            });
            while library.captured() < 1 {
                std::thread::yield_now();
            }
            library.close();
            go.send(()).unwrap();
            thread.join().unwrap();
            // SAFETY: the child ends at once.
            if unsafe { libc::fork() } == 0 {
                // SAFETY: ends the process.
                unsafe { libc::_exit(0) };
            }
            assert!(is_loaded(), "round {round}");
            // Whoever loads it again finds it as it was.
            let again = Library::load();
            assert_eq!(again.captured(), 1, "fired after it was closed");
            again.close();
        }
    });
}

#[test]
fn a_library_that_is_closed_while_it_exports_goes_on_to_serve_its_clients() {
    in_a_process("a_library_that_is_closed_while_it_exports_goes_on_to_serve_its_clients", |directory| {
        let library = Library::load();
        library.export(directory);
        library.close();
        let socket = directory.join(format!("library.{}.sock", std::process::id()));
        let client = Client::connect_path(&socket).unwrap();
        let mut stream = client.subscribe(Request::new().pattern("library:*")).unwrap();
        for nonce in 0..3 {
            let library = Library::load();
            library.fire()(nonce);
            library.close();
            assert_eq!(next_nonce(&mut stream), nonce);
        }
        let library = Library::load();
        library.call(c"library_stop");
        library.close();
        assert!(client.info().is_err());
        library_fires_on();
    });
}

fn library_fires_on() {
    let library = Library::load();
    library.fire()(0);
    library.close();
}

fn next_nonce(stream: &mut EventStream) -> u64 {
    let batches = read_events(stream, 1);
    let event = batches[0].events().next().unwrap().unwrap();
    match event.field("nonce").unwrap().unwrap() {
        tracepoint_ipc::Value::UInt(nonce) => nonce,
        other => panic!("{other:?}"),
    }
}
