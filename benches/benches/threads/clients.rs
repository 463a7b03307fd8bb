//! Many clients that want the same events.

use std::hint::black_box;
use std::time::Duration;

use tracepoint_benches::client::Attached;
use tracepoint_benches::harness::{Figures, is_smoke};
use tracepoint_benches::pace::{bursts, settle};
use tracepoint_benches::platform::NamedThread;
use tracepoint_benches::workload::{NAME, fire_small};

pub const GROUPS: &[&str] =
    &["threads/clients 1", "threads/clients 2", "threads/clients 8", "threads/clients 31"];
const CLIENTS: [usize; 4] = [1, 2, 8, 31];
const BURST: u64 = 10_000;

/// What an event costs.
pub struct Cost {
    /// Its thread, in nanoseconds.
    pub calling: f64,
    /// The exporter's thread, in nanoseconds, where that is known.
    pub exporter: Option<f64>,
}

/// Fires bursts, each of which all clients read before the next one.
pub fn fire(attached: &mut Attached) -> Cost {
    let events = BURST * if is_smoke() { 1 } else { 20 };
    let exporter = NamedThread::exporter();
    let cpu = || exporter.and_then(|thread| thread.cpu());
    let mut round = |events| {
        let mut time = Duration::ZERO;
        for _ in 0..events / BURST {
            time += bursts(BURST, BURST, |id| fire_small(id, black_box(NAME)), |_| ());
            attached.fired(BURST, 0);
            settle();
        }
        time
    };
    round(BURST);
    let before = cpu();
    let calling = round(events).as_nanos() as f64 / events as f64;
    let exporter =
        cpu().zip(before).map(|(after, before)| (after - before).as_nanos() as f64 / events as f64);
    Cost { calling, exporter }
}

fn costs(which: fn(Cost) -> Option<f64>) -> Figures {
    let measure = |clients| which(fire(&mut Attached::start_with(clients, |builder| builder)));
    GROUPS
        .iter()
        .copied()
        .zip(CLIENTS.map(measure))
        .filter_map(|(group, cost)| Some((group, cost?)))
        .collect()
}

pub fn calling() -> Figures {
    costs(|cost| Some(cost.calling))
}

pub fn exporter() -> Figures {
    costs(|cost| cost.exporter)
}
