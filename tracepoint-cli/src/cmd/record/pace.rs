//! How fast a recording grows, and for how much of it there is room.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::files::Files;
use crate::output::number;
use crate::session::Session;

/// The numbers that a person wants to see of a recording that is being made.
pub struct Pace {
    directory: PathBuf,
    began: Instant,
    /// The last look at it, and how many bytes there were.
    last: (Instant, u64),
}

impl Pace {
    /// Nothing is written yet.
    pub fn new(output: &Path) -> Self {
        let directory = output.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new(".")).to_owned();
        let now = Instant::now();
        Self { directory, began: now, last: (now, 0) }
    }

    /// The numbers since the last look.
    pub fn line(&mut self, session: &Session, files: &Files) -> String {
        let (now, bytes) = (Instant::now(), files.bytes());
        let (then, before) = std::mem::replace(&mut self.last, (now, bytes));
        let passed = now.duration_since(then).as_secs_f64().max(f64::EPSILON);
        let rate = bytes.saturating_sub(before) as f64 / passed;
        let lost = match session.ledger().lost().total() {
            0 => "none lost".to_owned(),
            lost => format!("{} LOST", number::grouped(lost)),
        };
        let free = fs4::available_space(&self.directory);
        let free = free.map(|bytes| format!(", {} free", number::bytes(bytes as f64))).unwrap_or_default();
        format!(
            "{} s  {}  {} at {}/s  {lost}{free}",
            now.duration_since(self.began).as_secs(),
            number::counted(session.ledger().events(), "event", "events"),
            number::bytes(bytes as f64),
            number::bytes(rate),
        )
    }
}
