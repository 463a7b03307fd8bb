//! What was asked for on the command line. Criterion reads the same, but keeps it to itself.

use regex::Regex;

use super::ROUNDS;

/// Options of criterion's that take a value, which is no filter.
const WITH_VALUE: [&str; 19] = [
    "-c",
    "--color",
    "--colour",
    "-s",
    "--save-baseline",
    "-b",
    "--baseline",
    "--baseline-lenient",
    "--load-baseline",
    "--format",
    "--output-format",
    "--profile-time",
    "--plotting-backend",
    "--sample-size",
    "--warm-up-time",
    "--measurement-time",
    "--nresamples",
    "--noise-threshold",
    "--confidence-level",
];

/// The arguments of this program, as far as criterion does not care for them by itself.
#[derive(Debug)]
pub struct Arguments {
    filter: Option<Regex>,
    exact: Option<String>,
    smoke: bool,
    list: bool,
}

/// Whether everything is only to be run once, to see that it runs: `cargo bench -- --test`, or `cargo test`.
pub fn is_smoke() -> bool {
    let has = |name: &str| std::env::args().any(|it| it == name);
    has("--test") || !has("--bench")
}

impl Arguments {
    /// Those of this process.
    pub fn parse() -> Self {
        let mut filter = None;
        let (mut exact, mut list) = (false, false);
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--exact" => exact = true,
                "--list" => list = true,
                name if WITH_VALUE.contains(&name) => drop(arguments.next()),
                option if option.starts_with('-') => {}
                text => filter = Some(text.to_owned()),
            }
        }
        Arguments {
            exact: filter.clone().filter(|_| exact),
            // A filter that is no expression is criterion's to complain about.
            filter: filter.filter(|_| !exact).and_then(|filter| Regex::new(&filter).ok()),
            smoke: is_smoke(),
            list,
        }
    }

    /// Whether a row is to be run. With a filter for certain rounds, criterion leaves out the others.
    pub fn selects(&self, name: &str) -> bool {
        let ids: Vec<_> = (1..=ROUNDS).map(|round| format!("{name}/round {round}")).collect();
        let exact = self.exact.as_ref().is_none_or(|exact| ids.contains(exact));
        let matches = |filter: &Regex| ids.iter().any(|id| filter.is_match(id));
        exact && !self.list && self.filter.as_ref().is_none_or(matches)
    }

    /// How often each row is to be run.
    pub fn rounds(&self) -> usize {
        if self.smoke { 1 } else { ROUNDS }
    }

    /// As [`is_smoke`].
    pub fn is_smoke(&self) -> bool {
        self.smoke
    }
}
