//! What a client sends to an exporter.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tracepoints_fuzz::{memory, session};

fuzz_target!(|bytes: &[u8]| {
    // The places of all queues that a connection may have, and all bytes that may wait to be sent.
    memory::bounded(32 << 20, || session::run(session::serve(bytes)));
});
