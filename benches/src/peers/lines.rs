//! `tracing` as lines of text, written by another thread.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};

use super::subscribers;

/// Where the lines go: nowhere, but they are counted.
struct Count(Arc<AtomicU64>);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The writer of this process.
pub struct Lines {
    written: Arc<AtomicU64>,
    expected: u64,
    _guard: WorkerGuard,
}

impl Lines {
    /// Makes text lines of all events of this process.
    pub fn install() -> Self {
        let written = Arc::new(AtomicU64::new(0));
        // Not lossy: a line that finds the queue full would wait. Bursts are smaller than the queue.
        let (writer, guard) = NonBlockingBuilder::default().lossy(false).finish(Count(written.clone()));
        subscribers::install(tracing_subscriber::fmt().with_ansi(false).with_writer(writer).finish());
        Lines { written, expected: 0, _guard: guard }
    }

    /// Waits until so many more lines were written.
    pub fn settle(&mut self, lines: u64) {
        self.expected += lines;
        while self.written.load(Ordering::Relaxed) < self.expected {
            thread::sleep(Duration::from_micros(100));
        }
        crate::pace::pause();
    }
}
