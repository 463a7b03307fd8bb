//! One contender of a group.

use std::time::{Duration, Instant};

use super::{Timing, is_smoke};
use crate::child::say;
use crate::place;

/// Does something so many times, and says how long that took.
pub type Run = Box<dyn FnMut(u64) -> Duration>;

/// Numbers, each for a group of the catalogue.
pub type Figures = Vec<(&'static str, f64)>;

/// A contender: what it is called, and how it is measured.
pub struct Row {
    pub(super) name: &'static str,
    kind: Kind,
}

enum Kind {
    /// Under criterion.
    Timed(Box<dyn Fn() -> Run>),
    /// By itself: what comes out is not one time for each call. With the groups that it has figures for.
    Figures(&'static [&'static str], Box<dyn Fn() -> Figures>),
}

/// A row that criterion times. `start` is called in the process of the row.
pub fn timed(name: &'static str, start: impl Fn() -> Run + 'static) -> Row {
    Row { name, kind: Kind::Timed(Box::new(start)) }
}

/// A row that measures several things at once, for the groups that are named.
pub fn figures(
    name: &'static str,
    groups: &'static [&'static str],
    measure: impl Fn() -> Figures + 'static,
) -> Row {
    Row { name, kind: Kind::Figures(groups, Box::new(measure)) }
}

impl Row {
    pub(super) fn is_timed(&self) -> bool {
        matches!(self.kind, Kind::Timed(_))
    }

    /// The groups that it has values for.
    pub(super) fn names<'a>(&self, group: &'a str) -> Vec<&'a str> {
        match self.kind {
            Kind::Timed(_) => vec![group],
            Kind::Figures(groups, _) => groups.to_vec(),
        }
    }

    /// Is this row, until nobody asks any more.
    pub(super) fn serve(&self, timing: Timing) {
        let mut calls = std::io::stdin().lines().map_while(Result::ok).filter_map(|line| line.parse().ok());
        match &self.kind {
            Kind::Timed(start) => {
                let mut run = if timing.apart { place::apart(start) } else { start() };
                if !is_smoke() {
                    warm_up(&mut run);
                }
                say("ready");
                calls.for_each(|calls| say(run(calls).as_nanos()));
            }
            Kind::Figures(_, measure) => {
                if calls.next().is_some() {
                    say(serde_json::to_string(&measure()).expect("numbers"));
                }
            }
        }
    }
}

/// Runs until memory that is used for the first time does not matter any more: criterion would take that for
/// the cost of a call, and then make too few of them.
fn warm_up(run: &mut Run) {
    const LONG_ENOUGH: Duration = Duration::from_millis(250);
    let start = Instant::now();
    let mut calls = 1;
    while start.elapsed() < LONG_ENOUGH {
        run(calls);
        calls *= 2;
    }
}
