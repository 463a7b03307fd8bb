//! A line on standard error that tells a person how far it is, while it goes on.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Time between two drawings.
const FRAME: Duration = Duration::from_millis(250);

/// The line. Without a terminal there is none. It goes when this is dropped.
#[derive(Debug)]
pub struct Progress {
    line: ProgressBar,
    drawn: Instant,
}

impl Progress {
    /// Not drawn yet: what is done at once needs no line.
    pub fn new() -> Self {
        let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        line.set_style(
            ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        Self { line, drawn: Instant::now() }
    }

    /// Draws what `text` says, if it is time to.
    pub fn tell(&mut self, text: impl FnOnce() -> String) {
        let now = Instant::now();
        if !self.line.is_hidden() && now.duration_since(self.drawn) >= FRAME {
            self.drawn = now;
            self.line.set_message(text());
            self.line.tick();
        }
    }

    /// Removes it.
    pub fn clear(&self) {
        self.line.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
