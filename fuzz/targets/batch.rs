//! Bytes as a batch, read by type.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tracepoint_core::wire::Frames;
use tracepoint_core::{Decode, StructReader};
use tracepoints_fuzz::events::{Nested, Nothing, Numbers, Texts};
use tracepoints_fuzz::{memory, show};

fn decode<'a, E: Decode<'a> + std::fmt::Debug>(payload: StructReader<'a>) {
    match E::decode(payload) {
        Ok(event) => show::debug(event),
        Err(error) => show::display(error),
    }
}

fuzz_target!(|bytes: &[u8]| {
    // A word that leads nowhere may become a struct of two hundred bytes.
    memory::bounded(4096 + 64 * bytes.len(), || {
        for event in Frames::new(bytes) {
            match event {
                Ok(event) => {
                    show::debug(event);
                    decode::<Numbers>(event.payload);
                    decode::<Texts<'_>>(event.payload);
                    decode::<Nested>(event.payload);
                    decode::<Nothing>(event.payload);
                }
                Err(error) => show::display(error),
            }
        }
    });
});
