//! A recording that was cut anywhere is read up to its last whole batch, and says that it was cut.

mod common;
#[path = "common/recording.rs"]
mod recording;

use recording::{events, material, play};
use tracepoint_ipc::recording::ReadError;

/// Batches that are cut at every byte.
const LAST: usize = 3;

#[test]
fn a_cut_recording_is_read_up_to_its_last_whole_batch() {
    let material = material();
    let (file, ends) = material.write();
    let before: Vec<usize> =
        (0..=material.batches.len()).map(|n| events(&material.batches[..n]).len()).collect();
    let all = events(&material.batches);
    let first = ends[ends.len() - 1 - LAST];
    for len in first..file.len() {
        let whole = ends.iter().rposition(|end| *end <= len).unwrap();
        let played = play(&file[..len]).unwrap();
        played.end.unwrap();
        assert_eq!(played.batches.len(), whole, "cut at {len}");
        assert_eq!(
            events(&played.batches[whole.saturating_sub(LAST)..]),
            all[before[whole.saturating_sub(LAST)]..before[whole]]
        );
        let cut = played.reader.cut().expect("what is missing is told");
        // Behind the last batch, the footer may be whole and the end may not.
        assert!(cut.at >= ends[whole] as u64 && cut.at + cut.bytes == len as u64, "{cut}");
        assert!(played.reader.totals().is_none());
        if cut.events > 0 {
            assert_eq!(cut.events as usize, before[whole + 1] - before[whole], "{cut}");
        }
    }
    // What comes after a crash on some file systems.
    for end in &ends {
        let mut zeros = file[..*end].to_vec();
        zeros.resize(file.len(), 0);
        let played = play(&zeros).unwrap();
        played.end.unwrap();
        assert_eq!(played.reader.cut().map(|cut| cut.at), Some(*end as u64));
    }
}

#[test]
fn without_its_header_a_recording_cannot_be_read() {
    let (file, ends) = material().write();
    for len in 0..ends[0] {
        let error = play(&file[..len]).err().expect("there is nothing to be read");
        assert_eq!(matches!(error, ReadError::NotARecording), len < 54, "{len}: {error}");
        assert!(matches!(error, ReadError::NotARecording | ReadError::NoHeader { .. }), "{len}: {error}");
    }
    play(&file[..ends[0]]).unwrap().end.unwrap();
}
