//! Looks at everything that a reader can see, without keeping it.

use std::fmt::{self, Write};

use tracepoint_ipc::Batch;

/// Takes text and forgets it.
struct Sink;

impl Write for Sink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        std::hint::black_box(text);
        Ok(())
    }
}

pub fn debug(what: impl fmt::Debug) {
    let _ = write!(Sink, "{what:?}");
}

pub fn display(what: impl fmt::Display) {
    let _ = write!(Sink, "{what}");
}

/// All fields of all events of a batch.
pub fn batch(batch: &Batch) {
    debug((batch.count(), batch.gaps(), batch.threads()));
    for event in batch.events() {
        let event = match event {
            Ok(event) => event,
            Err(error) => return display(error),
        };
        debug((event.time(), event.sequence(), event.thread(), event.tag(), event.tracepoint()));
        for field in event.fields() {
            match field {
                Ok((info, value)) => {
                    display(&info.name);
                    display(value);
                }
                Err(error) => display(error),
            }
        }
        debug(event);
    }
}
