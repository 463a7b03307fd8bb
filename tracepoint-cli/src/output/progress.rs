//! A line on standard error that tells a person how far it is, while it goes on.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use super::style::FAINT;

/// Time between two drawings.
const FRAME: Duration = Duration::from_millis(200);

/// The line. Without a terminal there is none.
#[derive(Debug)]
pub struct Progress {
    /// When it is drawn next.
    next: Option<Instant>,
    is_drawn: bool,
}

impl Progress {
    /// Not drawn yet: what is done at once needs no line.
    pub fn new() -> Self {
        let is_drawable = io::stderr().is_terminal();
        Self { next: is_drawable.then(|| Instant::now() + FRAME), is_drawn: false }
    }

    /// Draws what `text` says, if it is time to.
    pub fn tell(&mut self, text: impl FnOnce() -> String) {
        let now = Instant::now();
        if self.next.is_some_and(|next| next <= now) {
            self.next = Some(now + FRAME);
            self.is_drawn = true;
            self.draw(&text());
        }
    }

    /// Removes it.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.is_drawn) {
            self.draw("");
        }
    }

    fn draw(&self, text: &str) {
        // Nobody needs it so much that it could be an error.
        let _ = write!(anstream::stderr(), "\r\x1b[K{FAINT}{text}{FAINT:#}");
        let _ = io::stderr().flush();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
