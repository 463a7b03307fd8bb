//! Bytes as a recording: read from its beginning, by its index, and in parts.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tracepoint_ipc::recording::{Reader, is_recording};
use tracepoints_fuzz::{memory, show};

fn read(reader: &mut Reader<Cursor<&[u8]>>) {
    for batch in &mut *reader {
        match batch {
            Ok(batch) => show::batch(&batch),
            Err(error) => show::display(error),
        }
    }
    if let Some(cut) = reader.cut() {
        show::display(cut);
    }
}

fuzz_target!(|bytes: &[u8]| {
    show::display(is_recording(bytes));
    memory::bounded((8 << 20) + 256 * bytes.len(), || {
        let mut reader = match Reader::new(Cursor::new(bytes)) {
            Ok(reader) => reader,
            Err(error) => return show::display(error),
        };
        show::debug((reader.header(), reader.info(), reader.totals(), reader.stats()));
        show::display(reader.schema().to_capnp());
        read(&mut reader);
        show::debug(reader.spans());
        reader.select(["fuzz:n*"]);
        let began = reader.header().began;
        if reader.between(began.saturating_add(1)..=u64::MAX - 1).is_ok() {
            read(&mut reader);
        }
        if reader.seek_to(began).is_ok() {
            read(&mut reader);
        }
    });
});
