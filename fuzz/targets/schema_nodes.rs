//! Messages as the nodes of a schema.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tracepoint_ipc::schema::Schema;
use tracepoints_fuzz::{memory, messages, show};

fuzz_target!(|bytes: &[u8]| {
    let nodes: Vec<_> = messages::split(bytes).into_iter().map(<[u8]>::to_vec).collect();
    memory::bounded((1 << 20) + 64 * bytes.len(), || match Schema::from_nodes(nodes) {
        Ok(schema) => {
            show::debug(&schema);
            show::display(schema.to_capnp());
            for event in schema.events() {
                assert!(schema.event(event.type_id).is_some() && schema.find(&event.full_name).is_some());
            }
        }
        Err(error) => show::display(error),
    });
});
