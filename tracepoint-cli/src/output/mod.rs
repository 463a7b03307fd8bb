//! How things look: on a terminal, in a file, for another program.

pub mod hex;
pub mod ndjson;
pub mod number;
pub mod style;
pub mod table;
pub mod text;
pub mod time;
pub mod value;

use std::io::{self, BufWriter, StdoutLock};

/// Standard output with a buffer. Whoever writes to it flushes it before it waits for anything.
pub type Out = BufWriter<StdoutLock<'static>>;

/// Standard output, for as long as the command runs.
pub fn stdout() -> Out {
    BufWriter::with_capacity(64 * 1024, io::stdout().lock())
}
