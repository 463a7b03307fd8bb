//! A recording says of its events what the stream said.

mod common;
#[path = "common/recording.rs"]
mod recording;

use std::io::{self, Cursor, Write};

use recording::{Ping, Pong, events, material, play};
use tempfile::tempdir;
use tracepoint_ipc::Batch;
use tracepoint_ipc::recording::{ReadError, Reader, Writer, is_recording};

fn threads(batches: &[Batch]) -> Vec<String> {
    batches.iter().flat_map(Batch::threads).map(|thread| thread.name.clone()).collect()
}

#[test]
fn what_was_written_is_read() {
    let material = material();
    let (file, _) = material.write();
    assert!(is_recording(&file[..56]));
    let played = play(&file).unwrap();
    played.end.unwrap();
    assert_eq!(events(&played.batches), events(&material.batches));
    assert_eq!(threads(&played.batches), threads(&material.batches));
    assert!(threads(&played.batches).contains(&"pong-19".to_owned()));
    let gaps = |batches: &[Batch]| batches.iter().map(|batch| batch.gaps().to_vec()).collect::<Vec<_>>();
    assert_eq!(gaps(&played.batches), gaps(&material.batches));
    let pings =
        played.batches.iter().flat_map(Batch::events).map(Result::unwrap).filter(|it| it.is::<Ping<'_>>());
    let nonces: Vec<u64> = pings.map(|event| event.get::<Ping<'_>>().unwrap().nonce).collect();
    assert_eq!(nonces[..20], (0..20).collect::<Vec<_>>(), "they are read by type as well");

    let reader = played.reader;
    assert_eq!(reader.cut(), None);
    assert_eq!(reader.info(), &material.info);
    assert_eq!(reader.header().began, material.header.began);
    assert_eq!(reader.header().patterns, ["net:*"]);
    assert_eq!(reader.stats(), Some(&material.stats));
    let totals = reader.totals().unwrap();
    assert_eq!(totals.batches as usize, material.batches.len());
    assert_eq!(totals.events as usize, events(&material.batches).len());
    assert!(reader.catalog().find("net:late").is_some());
    assert!(reader.schema().find("net:late").is_some());
}

#[test]
fn what_comes_late_is_known_when_it_is_needed_or_asked_for() {
    let material = material();
    let (file, ends) = material.write();
    let late = |batch: &Batch| batch.catalog().find("net:late").is_some();
    let first = material.batches.iter().position(late).unwrap();

    let whole = Reader::new(Cursor::new(&file)).unwrap();
    assert!(whole.catalog().find("net:late").is_some(), "the index tells where it is");
    let mut cut = Reader::new(Cursor::new(&file[..*ends.last().unwrap()])).unwrap();
    assert!(cut.catalog().find("net:late").is_none());
    let batches: Vec<_> = cut.by_ref().map(Result::unwrap).collect();
    assert_eq!(batches.iter().position(late), Some(first));
    let mut cut = Reader::new(Cursor::new(&file[..*ends.last().unwrap()])).unwrap();
    cut.spans().unwrap();
    assert!(cut.catalog().find("net:late").is_some());
    assert!(cut.schema().find("net:late").is_some());
}

#[test]
fn small_batches_are_put_together() {
    let material = material();
    let mut writer = Writer::new(Vec::new(), &material.header, &material.catalog).unwrap();
    material.batches.iter().for_each(|batch| writer.write(batch).unwrap());
    let file = writer.finish(None).unwrap();
    let played = play(&file).unwrap();
    assert!(played.batches.len() < 10, "{}", played.batches.len());
    assert_eq!(events(&played.batches), events(&material.batches));
    assert_eq!(threads(&played.batches), threads(&material.batches));
    let counted = played.reader.stats().unwrap();
    assert_eq!(counted.delivered(), material.stats.delivered());
    assert_eq!(counted.lost(), material.stats.lost(), "the gaps have all of it");
}

#[test]
fn a_reader_begins_and_ends_at_any_time() {
    let material = material();
    let (file, ends) = material.write();
    let all: Vec<(u64, String)> = material
        .batches
        .iter()
        .flat_map(Batch::events)
        .map(|event| (event.as_ref().unwrap().time(), format!("{:?}", event.unwrap())))
        .collect();
    let times: Vec<u64> = all.iter().map(|(time, _)| *time).collect();
    let (first, last) = (times[0], *times.iter().max().unwrap());
    for file in [&file[..], &file[..*ends.last().unwrap()]] {
        let mut reader = Reader::new(Cursor::new(file)).unwrap();
        for from in times.iter().step_by(7).copied().chain([0, first - 1, last, last + 1, u64::MAX]) {
            for to in times.iter().step_by(11).copied().chain([0, last, u64::MAX]) {
                reader.between(from..=to).unwrap();
                let read: Vec<_> = reader.by_ref().map(Result::unwrap).collect();
                let read: Vec<_> = read
                    .iter()
                    .flat_map(Batch::events)
                    .map(|event| format!("{:?}", event.unwrap()))
                    .collect();
                let expected = all.iter().filter(|(time, _)| (from..=to).contains(time));
                let expected: Vec<_> = expected.map(|(_, event)| event.clone()).collect();
                assert_eq!(read, expected, "{from} {to}");
            }
        }
        reader.seek_to(last).unwrap();
        let batch = reader.next().unwrap().unwrap();
        assert_eq!(batch.threads().len(), 21, "of all batches before");
        reader.seek_to(0).unwrap();
        let batches: Vec<_> = reader.map(Result::unwrap).collect();
        assert_eq!(events(&batches), events(&material.batches));
        assert_eq!(threads(&batches), threads(&material.batches));
    }
}

#[test]
fn a_reader_returns_what_was_asked_for() {
    let material = material();
    let (file, _) = material.write();
    let mut reader = Reader::new(Cursor::new(&file)).unwrap();
    reader.select(["*:pong", "nothing:*"]);
    let pongs: Vec<_> = reader.by_ref().map(Result::unwrap).collect();
    assert!(pongs.iter().flat_map(Batch::events).all(|event| event.unwrap().is::<Pong>()));
    assert_eq!(events(&pongs).len(), 22);
    assert_eq!(pongs.iter().map(|batch| batch.count()).sum::<u32>(), 22);
    assert_eq!(threads(&pongs), threads(&material.batches), "whether their batches are wanted or not");
    assert!(pongs.iter().all(|batch| batch.gaps().is_empty()), "pings were lost");

    // A copy is a recording like any other.
    let mut writer = Writer::new(Vec::new(), &reader.header().clone(), reader.catalog()).unwrap();
    writer.set_end(reader.totals().unwrap().ended);
    pongs.iter().for_each(|batch| writer.write(batch).unwrap());
    let copy = writer.finish(None).unwrap();
    assert!(copy.len() < file.len());
    let played = play(&copy).unwrap();
    assert_eq!(events(&played.batches), events(&pongs));
    assert_eq!(played.reader.totals().unwrap().ended, reader.totals().unwrap().ended);
    assert_eq!(played.reader.stats().unwrap().delivered(), 22);
}

#[test]
fn other_files_are_told_apart() {
    for other in [&b""[..], b"x", b"some text that is longer than the beginning of a recording is", &[0; 100]]
    {
        assert!(!is_recording(other));
        let error = Reader::new(Cursor::new(other)).unwrap_err();
        assert!(matches!(error, ReadError::NotARecording), "{error}");
    }
    let directory = tempdir().unwrap();
    let missing = Reader::open(directory.path().join("missing")).unwrap_err();
    assert!(matches!(missing, ReadError::Io(_)), "{missing}");
}

/// Takes so many bytes, like a disk.
struct Disk {
    bytes: Vec<u8>,
    room: usize,
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match bytes.len().min(self.room - self.bytes.len()) {
            0 => Err(io::ErrorKind::StorageFull.into()),
            len => {
                self.bytes.extend_from_slice(&bytes[..len]);
                Ok(len)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error_and_leaves_a_recording() {
    let material = material();
    let (file, ends) = material.write();
    for room in [ends[3] - 1, ends[3], ends[3] + 1, ends[20] + 100] {
        let disk = Disk { bytes: Vec::new(), room };
        let mut writer = Writer::new(disk, &material.header, &material.catalog).unwrap();
        let failed = material.batches.iter().position(|batch| {
            let written = writer.write(batch).and_then(|()| writer.flush());
            written.inspect_err(|error| assert_eq!(error.kind(), io::ErrorKind::StorageFull)).is_err()
        });
        let whole = ends.iter().take_while(|end| **end <= room).count() - 1;
        assert_eq!(failed, Some(whole));
        writer.write(&material.batches[0]).and_then(|()| writer.flush()).unwrap_err();
        assert_eq!(writer.bytes_written() as usize, ends[whole]);
        let played = play(&writer.get_ref().bytes).unwrap();
        assert_eq!(events(&played.batches), events(&material.batches[..whole]));
        assert_eq!(writer.get_ref().bytes, file[..room]);
    }
}

#[test]
fn what_is_left_of_a_failed_recording_is_made_whole() {
    let material = material();
    let directory = tempdir().unwrap();
    let path = directory.path().join("rec");
    let mut writer = Writer::create(&path, &material.header, &material.catalog).unwrap();
    Writer::create(&path, &material.header, &material.catalog).expect_err("nothing is overwritten");
    for batch in &material.batches[..10] {
        writer.write(batch).unwrap();
    }
    writer.sync().unwrap();
    // What a failed write leaves.
    (&mut writer.get_ref()).write_all(b"half a batch").unwrap();
    writer.salvage().unwrap();
    let played = play(&std::fs::read(&path).unwrap()).unwrap();
    played.end.unwrap();
    assert_eq!(events(&played.batches), events(&material.batches[..10]));
    assert_eq!(played.reader.totals().unwrap().events as usize, events(&material.batches[..10]).len());
}
