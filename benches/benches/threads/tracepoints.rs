//! Many tracepoints in the program, all of them wanted by the client.

use std::time::Instant;

use tracepoint_benches::client::Attached;
use tracepoint_benches::harness::{Figures, Row, figures};
use tracepoints::__macro::Losses;
use tracepoints::{Descriptor, Field, Gate, Placed, Tracepoint, register};

use super::clients::{Cost, fire};

const GROUPS: &[&str] = &["threads/tracepoints 20", "threads/tracepoints 5000"];
const TRACEPOINTS: [usize; 2] = [20, 5_000];

/// Registers tracepoints until there are so many.
fn register_until(count: usize) {
    for number in tracepoints::tracepoints().len()..count {
        let fields: &'static Placed<4> = leak(Placed::new([
            Field::of::<u64>("id", ""),
            Field::of::<i64>("amount", ""),
            Field::of::<u32>("kind", ""),
            Field::of::<str>("name", ""),
        ]));
        let name: &'static str = leak(format!("event_{number}"));
        let descriptor = leak(Descriptor::new("bench", name, "", fields, file!(), line!()));
        register(leak(Tracepoint::new(descriptor, leak(Gate::unregistered()), leak(Losses::new()))));
    }
    assert_eq!(tracepoints::tracepoints().len(), count);
}

/// Tracepoints live as long as the program.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn each(measure: fn() -> Option<f64>) -> Figures {
    let values = TRACEPOINTS.map(|count| {
        register_until(count);
        measure()
    });
    GROUPS.iter().copied().zip(values).filter_map(|(group, value)| Some((group, value?))).collect()
}

fn cost() -> Cost {
    fire(&mut Attached::start())
}

fn attach() -> Option<f64> {
    let start = Instant::now();
    let _attached = Attached::start();
    Some(start.elapsed().as_micros() as f64)
}

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        figures("calling thread", GROUPS, || each(|| Some(cost().calling))),
        figures("to start and attach a client, us", GROUPS, || each(attach)),
    ];
    if cfg!(target_os = "linux") {
        rows.push(figures("exporter's thread", GROUPS, || each(|| cost().exporter)));
    }
    rows
}
