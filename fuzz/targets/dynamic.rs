//! Bytes as a batch, read with a schema: the nodes of one, a word of zeros, and the batch. Without the word, the
//! schema is our own.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tracepoint_ipc::fuzzing;
use tracepoint_ipc::schema::Schema;
use tracepoints_fuzz::{events, memory, messages, show};

/// No message is of no words.
const END: [u8; 8] = [0; 8];

static OURS: LazyLock<Schema> = LazyLock::new(|| {
    // So that they are linked.
    events::fire(0, 0);
    Schema::of_process()
});

fuzz_target!(|bytes: &[u8]| {
    let mut parts = messages::split(bytes);
    let schema = match parts.iter().position(|part| *part == END) {
        Some(end) => {
            let nodes: Vec<_> = parts.drain(..=end).take(end).map(<[u8]>::to_vec).collect();
            Schema::from_nodes(nodes).ok()
        }
        None => Some(OURS.clone()),
    };
    let events = parts.concat();
    if let Some(schema) = schema {
        memory::bounded((1 << 20) + 8 * bytes.len(), || show::batch(&fuzzing::batch(&events, schema)));
    }
});
