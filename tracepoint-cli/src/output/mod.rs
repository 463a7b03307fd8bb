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

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::exit::Failure;

/// An output with a buffer. Whoever writes to it flushes it before it waits for anything.
pub type Out = BufWriter<Box<dyn Write>>;

/// Standard output, for as long as the command runs.
pub fn stdout() -> Out {
    to(io::stdout().lock())
}

/// A new file, or an empty one in the place of another if `force`.
pub fn file(path: &Path, force: bool) -> Result<File, Failure> {
    let mut options = File::options();
    options.write(true).truncate(force).create(force).create_new(!force);
    options.open(path).map_err(|error| {
        let name = path.display();
        Failure::other(match error.kind() {
            _ if path.is_dir() => format!("cannot write to {name}: it is a directory, name a file in it"),
            io::ErrorKind::AlreadyExists => format!("{name} exists already; --force overwrites it"),
            _ => format!("cannot write to {name}: {error}"),
        })
    })
}

/// Anything else that can be written to.
pub fn to(output: impl Write + 'static) -> Out {
    BufWriter::with_capacity(64 * 1024, Box::new(output))
}
