//! What an exporter sends to a client.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tracepoints_fuzz::{memory, session};

fuzz_target!(|bytes: &[u8]| {
    // Tracepoints, gaps, threads and counts, as many as there may be of each.
    memory::bounded(48 << 20, || session::run(session::be_served(bytes)));
});
