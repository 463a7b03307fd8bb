//! Runs last: makes one table and one chart of what the other benches measured.

use tracepoint_benches::harness::{Harness, is_smoke};
use tracepoint_benches::report::{chart, machine, table};
use tracepoint_benches::store::Measured;

fn main() {
    let harness = Harness::new(env!("CARGO_TARGET_TMPDIR"), &[]);
    let measured = Measured::read(harness.target());
    let (table, chart) = (table::render(&measured), chart::render(&measured));
    if is_smoke() {
        println!("verdict: nothing was measured, so there is no table");
        return;
    }
    let table = format!("{table}\n{}\n", machine::describe());
    let folder = harness.target().join("tracepoint-benches");
    std::fs::create_dir_all(&folder).expect("the build folder can be written to");
    for (name, content) in [("figures.md", &table), ("figures.svg", &chart)] {
        std::fs::write(folder.join(name), content).expect("and there");
    }
    println!("\n{table}\nThe same, and a chart, are in {}", folder.display());
}
