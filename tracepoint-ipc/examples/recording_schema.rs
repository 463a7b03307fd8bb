//! Prints the schema of a recording, for the `capnp` tool:
//!
//! ```sh
//! cargo run -p tracepoint-ipc --example recording_schema -- node.rec > events.capnp
//! capnp decode events.capnp Event < node.rec
//! ```

use std::error::Error;

use tracepoint_ipc::recording::Reader;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which recording?")?;
    let mut reader = Reader::open(path)?;
    // Tracepoints that became known during the recording are in there too.
    reader.spans()?;
    print!("{}", reader.schema().to_capnp());
    Ok(())
}
