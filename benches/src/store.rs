//! Where the rounds are kept: criterion's estimates, and beside them what is not one time for each call.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Value, json};

/// The folder that cargo builds in, from `env!("CARGO_TARGET_TMPDIR")`, which lies in it.
pub fn target(tmp: &str) -> PathBuf {
    let tmp = Path::new(tmp);
    tmp.parent().unwrap_or(tmp).to_owned()
}

/// Where criterion writes.
pub fn criterion(target: &Path) -> PathBuf {
    target.join("criterion")
}

fn figures(target: &Path) -> PathBuf {
    target.join("tracepoint-benches")
}

/// Keeps the figures of one round of a row.
///
/// # Panics
///
/// They cannot be written.
pub fn add(target: &Path, row: &str, round: usize, values: &[(String, f64)]) {
    let folder = figures(target);
    fs::create_dir_all(&folder).expect("the build folder can be written to");
    for (group, value) in values {
        let name: String = format!("{group} {row} {round}")
            .chars()
            .map(|it| if it.is_alphanumeric() { it } else { '_' })
            .collect();
        let content = json!({ "group": group, "row": row, "value": value });
        fs::write(folder.join(name + ".json"), content.to_string()).expect("and there");
    }
}

/// All that was measured: values of all rounds by group and row.
#[derive(Debug, Default)]
pub struct Measured {
    values: BTreeMap<(String, String), Vec<Sample>>,
}

/// A value and when it was measured.
#[derive(Debug, Clone, Copy)]
struct Sample {
    value: f64,
    at: SystemTime,
}

impl Measured {
    /// Reads what there is.
    pub fn read(target: &Path) -> Self {
        let mut measured = Measured::default();
        measured.read_figures(&figures(target));
        measured.read_estimates(&criterion(target));
        measured
    }

    fn read_figures(&mut self, folder: &Path) {
        for path in entries(folder) {
            let Some(content) = read_json(&path) else { continue };
            self.add(&content["group"], &content["row"], &content["value"], &path);
        }
    }

    /// Looks for criterion's files wherever they are: how it names folders is its own affair.
    fn read_estimates(&mut self, folder: &Path) {
        for path in entries(folder).filter(|path| path.is_dir()) {
            match (read_json(&path.join("benchmark.json")), read_json(&path.join("estimates.json"))) {
                (Some(id), Some(estimates)) if path.ends_with("new") => {
                    let value = &estimates["median"]["point_estimate"];
                    self.add(&id["group_id"], &id["function_id"], value, &path.join("estimates.json"));
                }
                _ => self.read_estimates(&path),
            }
        }
    }

    fn add(&mut self, group: &Value, row: &Value, value: &Value, path: &Path) {
        let at = fs::metadata(path).and_then(|it| it.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        if let (Some(group), Some(row), Some(value)) = (group.as_str(), row.as_str(), value.as_f64()) {
            let key = (group.to_owned(), row.to_owned());
            self.values.entry(key).or_default().push(Sample { value, at });
        }
    }

    /// The values of a row, in no particular order.
    pub fn of(&self, group: &str, row: &str) -> Vec<f64> {
        let values = self.values.get(&(group.to_owned(), row.to_owned()));
        values.map(|values| values.iter().map(|it| it.value).collect()).unwrap_or_default()
    }

    /// Whether a row was measured long before the newest one, and so in another run.
    pub fn is_old(&self, group: &str, row: &str) -> bool {
        const RUN: u64 = 3_600;
        let newest = self.values.values().flatten().map(|it| it.at).max();
        let oldest = self.values.get(&(group.to_owned(), row.to_owned()));
        let oldest = oldest.and_then(|values| values.iter().map(|it| it.at).min());
        newest.zip(oldest).is_some_and(|(newest, oldest)| {
            newest.duration_since(oldest).is_ok_and(|age| age.as_secs() > RUN)
        })
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter()
}

fn read_json(path: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}
