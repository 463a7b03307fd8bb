//! What changes when there is more of everything: threads that fire, clients that listen, tracepoints in the
//! program, and events that nobody reads.

mod clients;
mod crowd;
mod memory;
mod tracepoints;

use tracepoint_benches::client::{self, CLIENT};
use tracepoint_benches::harness::{Harness, Row, Timing, figures, leave_out};
use tracepoint_benches::platform;

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    if platform::thread_cpu().is_some() {
        rows.push(figures("limit: a ring by hand for each thread", crowd::GROUPS, crowd::limit));
        rows.push(figures("tracepoint!, a thread each", crowd::GROUPS, crowd::ours));
    } else {
        leave_out("threads: the CPU time of one thread is not known here; its rows are left out");
    }
    rows.push(figures("calling thread", clients::GROUPS, clients::calling));
    if cfg!(target_os = "linux") {
        rows.push(figures("exporter's thread", clients::GROUPS, clients::exporter));
        rows.push(figures("measured", memory::GROUPS, memory::measured));
        rows.push(figures("predicted from the settings", memory::GROUPS, memory::predicted));
    } else {
        leave_out("threads: memory, and the exporter's CPU time, are only known on Linux");
    }
    rows
}

fn main() {
    let mut harness = Harness::new(env!("CARGO_TARGET_TMPDIR"), &[(CLIENT, client::run)]);
    harness.group("threads", Timing::LONG, rows());
    harness.group("threads/tracepoints", Timing::LONG, tracepoints::rows());
}
