//! Whatever is wrong with a recording, no event comes out of it that was not written.

mod common;
#[path = "common/recording.rs"]
mod recording;

use std::io::Cursor;

use recording::{events, material, play};
use tracepoint_ipc::Batch;
use tracepoint_ipc::recording::{ReadError, Reader};

#[test]
fn a_damaged_recording_is_never_taken_for_sound() {
    let material = material();
    let (file, ends) = material.write();
    let all = events(&material.batches);
    let before: Vec<usize> =
        (0..=material.batches.len()).map(|n| events(&material.batches[..n]).len()).collect();
    // Every byte of some small batches and of what comes behind all batches; some of the rest.
    let near = ends[20]..ends[22];
    let behind = *ends.last().unwrap()..file.len();
    let some = (0..file.len()).step_by(61);
    for (round, at) in near.chain(behind).chain(some).enumerate() {
        let mut file = file.clone();
        file[at] ^= [0x01, 0x80, 0xff][round % 3];
        let whole = ends.iter().rposition(|end| *end <= at);
        let played = match (play(&file), whole) {
            (Ok(played), Some(_)) => played,
            (
                Err(ReadError::Damaged { .. } | ReadError::NotARecording | ReadError::NoHeader { .. }),
                None,
            ) => continue,
            (played, _) => panic!("byte {at}: {:?}", played.err()),
        };
        let whole = whole.unwrap();
        assert_eq!(played.batches.len(), whole, "byte {at}");
        assert_eq!(
            events(&played.batches[whole.saturating_sub(2)..]),
            all[before[whole.saturating_sub(2)]..before[whole]]
        );
        match played.end {
            Err(ReadError::Damaged { at: found, .. }) => {
                assert!(found <= at as u64 && found >= ends[whole] as u64)
            }
            // A length that is wrong looks as if the file was cut.
            Ok(()) => assert!(played.reader.cut().is_some(), "byte {at}"),
            Err(error) => panic!("byte {at}: {error}"),
        }
        // The same by time, through the index or without.
        let mut reader = Reader::new(Cursor::new(file)).unwrap();
        reader.between(0..=u64::MAX).unwrap();
        let batches: Vec<Batch> = reader.map_while(Result::ok).collect();
        assert_eq!(batches.len(), whole, "byte {at}");
    }
}

/// Garbage of which the checksums are right, as somebody might make it on purpose.
#[test]
fn sound_checksums_do_not_make_nonsense_readable() {
    let (file, ends) = material().write();
    // The header, a batch, one that brings a tracepoint, one behind a gap, the footer, and the end.
    let last = ends.len() - 1;
    for start in [0, ends[5], ends[20], ends[last - 1], ends[last], file.len() - 72] {
        let len = 8 + u32::from_le_bytes(file[start + 4..start + 8].try_into().unwrap()) as usize * 8;
        for at in (start + 54..start + len).filter(|at| len < 4096 || at % 101 == 0) {
            for damage in [0x01, 0xff] {
                let mut file = file.clone();
                file[at] ^= damage;
                file[start + 48..start + 52].fill(0);
                let checksum = crc32fast::hash(&file[start..start + len]).to_le_bytes();
                file[start + 48..start + 52].copy_from_slice(&checksum);
                let Ok(mut reader) = Reader::new(Cursor::new(file)) else { continue };
                for batch in reader.by_ref().map_while(Result::ok) {
                    batch.events().for_each(|event| drop(event.map(|event| format!("{event:?}"))));
                }
                let _ = (reader.cut(), reader.spans().map(<[_]>::len), reader.between(5..=u64::MAX - 5));
                reader.for_each(drop);
            }
        }
    }
}
