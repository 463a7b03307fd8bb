//! What a person sees of a recording that is being made.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::files::Files;
use crate::output::number;
use crate::session::Session;

/// Time between two looks at the numbers.
const FRAME: Duration = Duration::from_millis(250);

/// A line on standard error, if that is a terminal.
pub struct Progress {
    line: ProgressBar,
    directory: PathBuf,
    began: Instant,
    /// When it was drawn, and how many bytes there were.
    last: Cell<(Instant, u64)>,
}

impl Progress {
    /// Nothing is seen yet.
    pub fn new(output: &Path) -> Self {
        let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        line.set_style(
            indicatif::ProgressStyle::with_template("{msg}")
                .unwrap_or_else(|_| indicatif::ProgressStyle::default_spinner()),
        );
        let directory = output.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new(".")).to_owned();
        let now = Instant::now();
        Self { line, directory, began: now, last: Cell::new((now, 0)) }
    }

    /// Shows how far it is, if it is time to.
    pub fn show(&self, session: &Session, files: &Files) {
        let now = Instant::now();
        let (then, before) = self.last.get();
        let passed = now.duration_since(then);
        if self.line.is_hidden() || passed < FRAME {
            return;
        }
        let bytes = files.bytes();
        self.last.set((now, bytes));
        let rate = bytes.saturating_sub(before) as f64 / passed.as_secs_f64();
        let lost = match session.ledger().lost().total() {
            0 => "none lost".to_owned(),
            lost => format!("{} LOST", number::grouped(lost)),
        };
        let free = fs4::available_space(&self.directory);
        let free = free.map(|bytes| format!(", {} free", number::bytes(bytes as f64))).unwrap_or_default();
        self.line.set_message(format!(
            "{} s  {}  {} at {}/s  {lost}{free}",
            now.duration_since(self.began).as_secs(),
            number::counted(session.ledger().events(), "event", "events"),
            number::bytes(bytes as f64),
            number::bytes(rate),
        ));
        self.line.tick();
    }

    /// Removes it.
    pub fn clear(&self) {
        self.line.finish_and_clear();
    }
}
