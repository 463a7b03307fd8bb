//! Runs the rows of a bench: each in a process of its own, in rounds, under criterion or by themselves.

mod arguments;
mod row;

use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode};

pub use arguments::{Arguments, is_smoke};
pub use row::{Figures, Row, Run, figures, timed};

use crate::child::{self, Child, Role};
use crate::report::catalog;
use crate::store;

/// How often each row is measured. In between come all others of its group.
pub const ROUNDS: usize = 5;

/// The role of a process that is a row.
const ROW: &str = "row";

/// How long criterion measures a row in each round.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Until a call of the row takes that long.
    pub warm_up: Duration,
    /// For all samples together, rests included.
    pub measure: Duration,
    /// Whether the thread that fires has a core of its own.
    pub apart: bool,
}

impl Timing {
    /// For rows that never rest.
    pub const BUSY: Timing = Timing::millis(200, 600);
    /// For rows that rest between bursts, in which a reader catches up.
    pub const RESTING: Timing = Timing { apart: true, ..Timing::millis(150, 1_500) };
    /// For rows that need a while to get going.
    pub const LONG: Timing = Timing::millis(200, 1_200);

    const fn millis(warm_up: u64, measure: u64) -> Self {
        Timing {
            warm_up: Duration::from_millis(warm_up),
            measure: Duration::from_millis(measure),
            apart: false,
        }
    }
}

/// One bench target.
pub struct Harness {
    arguments: Arguments,
    target: PathBuf,
    /// Group and name of the row that this process is.
    asked: Option<String>,
}

impl Harness {
    /// To be called first thing in `main`, with `env!("CARGO_TARGET_TMPDIR")`, and what else this program is
    /// started as.
    pub fn new(tmp: &str, roles: &[Role]) -> Self {
        let mut asked = None;
        if let Some((role, argument)) = child::role() {
            if role == ROW {
                asked = Some(argument);
            } else {
                let (_, run) = roles.iter().find(|(name, _)| *name == role).expect("a role of this bench");
                run(&argument);
                std::process::exit(0);
            }
        }
        Harness { arguments: Arguments::parse(), target: store::target(tmp), asked }
    }

    /// Where cargo builds.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Runs a group of rows in rounds.
    pub fn group(&mut self, group: &str, timing: Timing, rows: Vec<Row>) {
        if let Some(asked) = &self.asked {
            if let Some(row) = rows.iter().find(|row| *asked == full_name(group, row.name)) {
                row.serve(timing);
                std::process::exit(0);
            }
            return;
        }
        rows.iter().for_each(|row| catalog::expect(row.names(group), row.name));
        let rows: Vec<_> =
            rows.iter().filter(|row| self.arguments.selects(&full_name(group, row.name))).collect();
        let (timed, figures): (Vec<&Row>, Vec<&Row>) = rows.into_iter().partition(|row| row.is_timed());
        self.time(group, timing, &timed);
        self.figure(group, &figures);
    }

    fn time(&self, group: &str, timing: Timing, rows: &[&Row]) {
        if rows.is_empty() {
            return;
        }
        let mut criterion = Criterion::default()
            .output_directory(&store::criterion(&self.target))
            .warm_up_time(timing.warm_up)
            .measurement_time(timing.measure)
            .sample_size(10)
            // Ten samples do not get better by drawing more often from them.
            .nresamples(2_000)
            .configure_from_args();
        let mut benches = criterion.benchmark_group(group);
        benches.sampling_mode(SamplingMode::Flat);
        for round in 1..=self.arguments.rounds() {
            for row in rows {
                let mut process = None;
                let id = BenchmarkId::new(row.name, format!("round {round}"));
                benches.bench_function(id, |bencher| {
                    // Before criterion looks at the clock, which decides how many calls it makes.
                    let process = process.get_or_insert_with(|| {
                        let mut process = Child::start(ROW, &full_name(group, row.name));
                        process.hear();
                        process
                    });
                    bencher.iter_custom(|calls| {
                        process.tell(calls);
                        let nanos = process.hear();
                        Duration::from_nanos(nanos.parse().expect("a row says how long it took"))
                    });
                });
            }
        }
        benches.finish();
    }

    fn figure(&self, group: &str, rows: &[&Row]) {
        for round in 1..=self.arguments.rounds() {
            for row in rows {
                let name = full_name(group, row.name);
                let mut process = Child::start(ROW, &name);
                process.tell(1);
                let line = process.hear();
                drop(process);
                println!("{name}, round {round}: {line}");
                if !self.arguments.is_smoke() {
                    let figures: Vec<(String, f64)> = serde_json::from_str(&line).expect("figures");
                    store::add(&self.target, row.name, round, &figures);
                }
            }
        }
    }
}

/// Says which rows cannot be measured on this system.
pub fn leave_out(why: &str) {
    // What a row says is for the one who started it.
    if child::role().is_none() {
        println!("{why}");
    }
}

fn full_name(group: &str, row: &str) -> String {
    format!("{group}/{row}")
}
