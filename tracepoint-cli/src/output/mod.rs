//! How things look: on a terminal, in a file, for another program.

pub mod csv;
pub mod hex;
pub mod ndjson;
pub mod number;
pub mod perfetto;
pub mod progress;
pub mod sink;
pub mod style;
pub mod table;
pub mod text;
pub mod time;
pub mod value;

#[cfg(test)]
mod sample;

use std::io::{self, BufWriter, Write};

/// An output with a buffer. Whoever writes to it flushes it before it waits for anything.
pub type Out = BufWriter<Box<dyn Write>>;

/// Standard output, for as long as the command runs.
pub fn stdout() -> Out {
    to(io::stdout().lock())
}

/// Anything else that can be written to.
pub fn to(output: impl Write + 'static) -> Out {
    BufWriter::with_capacity(64 * 1024, Box::new(output))
}
