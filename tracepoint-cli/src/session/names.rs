//! Names of tracepoints, and patterns over them.

use tracepoint_ipc::TracepointInfo;

use crate::exit::Failure;

/// Names that resemble a pattern at least so much are worth a mention.
const RESEMBLANCE: f64 = 0.75;

/// Whether a tracepoint matches one of the patterns, as the traced processes understand them.
pub fn matches(patterns: &[String], tracepoint: &TracepointInfo) -> bool {
    patterns.iter().any(|pattern| fast_glob::glob_match(pattern, tracepoint.full_name()))
}

/// Makes sure that each pattern matches something.
pub fn check<'a>(
    patterns: &[String],
    all: impl Iterator<Item = &'a TracepointInfo> + Clone,
) -> Result<(), Failure> {
    let has_match = |pattern: &&String| all.clone().any(|it| fast_glob::glob_match(pattern, it.full_name()));
    match patterns.iter().find(|pattern| !has_match(pattern)) {
        Some(pattern) => Err(no_match(pattern, all)),
        None => Ok(()),
    }
}

fn no_match<'a>(pattern: &str, all: impl Iterator<Item = &'a TracepointInfo>) -> Failure {
    let scored = all.map(|it| (strsim::jaro_winkler(pattern, it.full_name()), it.full_name()));
    let mut similar: Vec<_> = scored.filter(|(resemblance, _)| *resemblance >= RESEMBLANCE).collect();
    similar.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let similar: Vec<_> = similar.iter().take(3).map(|(_, name)| *name).collect();
    Failure::other(match similar.as_slice() {
        [] => format!("no tracepoint matches '{pattern}'. `tracepoint list` shows all there are"),
        names => format!("no tracepoint matches '{pattern}'. Similar: {}", names.join(", ")),
    })
}
