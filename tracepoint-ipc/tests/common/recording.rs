//! Recordings of this process, for tests that have no events of their own.
#![allow(dead_code, reason = "no test needs all of it")]

use std::io::Cursor;
use std::sync::{Arc, OnceLock};

use tracepoint_core::__macro::Losses;
use tracepoint_core::{Descriptor, Event, Field, Gate, Placed, Tracepoint, register, tracepoint};
use tracepoint_ipc::recording::{Header, ReadError, Reader, Writer};
use tracepoint_ipc::{Batch, Catalog, ProcessInfo, Request, SubscriptionStats};

use crate::common::{Sockets, connect, read_events};

/// One of the events in it.
#[derive(Event, Debug)]
#[event(provider = "net", crate = tracepoint_core)]
pub struct Ping<'a> {
    pub nonce: u64,
    pub padding: &'a [u8],
}

/// Another one.
#[derive(Event, Debug)]
#[event(provider = "net", crate = tracepoint_core)]
pub struct Pong {
    pub nonce: u64,
}

// A tracepoint that the process comes to know while it is watched.
static FIELDS: Placed<1> = Placed::new([Field::of::<u64>("nonce", "")]);
static LATE: Descriptor = Descriptor::new("net", "late", "", &FIELDS, file!(), line!());
static GATE: Gate = Gate::unregistered();
static LOSSES: Losses = Losses::new();
static TRACEPOINT: Tracepoint = Tracepoint::new(&LATE, &GATE, &LOSSES);

/// What a recording is made of.
pub struct Material {
    pub header: Header,
    pub info: ProcessInfo,
    pub catalog: Arc<Catalog>,
    pub batches: Vec<Batch>,
    pub stats: SubscriptionStats,
}

/// Twenty batches with events of many threads, then one of a tracepoint that is registered late, then many that
/// are too much for the queue: there is a gap among them.
pub fn material() -> &'static Material {
    static MATERIAL: OnceLock<Material> = OnceLock::new();
    MATERIAL.get_or_init(|| {
        let sockets = Sockets::new();
        let exporter = sockets.start("node");
        let client = connect(&exporter);
        let info = client.info().unwrap();
        let header = Header::new(info.clone()).patterns(["net:*"]);
        let request = Request::new().pattern("net:*").queue_bytes(4 << 10);
        let mut stream = client.subscribe(request).unwrap();
        let catalog = stream.catalog().clone();
        let mut batches = Vec::new();
        for nonce in 0..20 {
            let thread = std::thread::Builder::new().name(format!("pong-{nonce}"));
            thread.spawn(move || tracepoint!(Pong { nonce })).unwrap().join().unwrap();
            tracepoint!(Ping { nonce, padding: &[nonce as u8; 100] });
            batches.extend(read_events(&mut stream, 2));
        }
        register(&TRACEPOINT);
        tracepoint!(Pong { nonce: 20 });
        batches.extend(read_events(&mut stream, 1));
        for nonce in 21..100 {
            tracepoint!(Ping { nonce, padding: &[1; 200] });
        }
        tracepoint!(Pong { nonce: 100 });
        let (rest, stats) = stream.close().unwrap();
        assert!(stats.lost().queue_full > 0, "nobody has read");
        batches.extend(rest);
        Material { header, info, catalog, batches, stats }
    })
}

impl Material {
    /// Writes all of it, each batch as a batch of the file. Also says where each of them ends.
    pub fn write(&self) -> (Vec<u8>, Vec<usize>) {
        let mut writer = Writer::new(Vec::new(), &self.header, &self.catalog).unwrap();
        let mut ends = vec![writer.get_ref().len()];
        for batch in &self.batches {
            writer.write(batch).unwrap();
            writer.flush().unwrap();
            ends.push(writer.get_ref().len());
        }
        (writer.finish(Some(&self.stats)).unwrap(), ends)
    }
}

/// All there is to know about the events of some batches.
pub fn events(batches: &[Batch]) -> Vec<String> {
    let events = batches.iter().flat_map(Batch::events).map(Result::unwrap);
    events
        .map(|event| format!("{} {} {} {event:?}", event.time(), event.sequence(), event.thread()))
        .collect()
}

/// What can be read of a recording, up to its end or the first error.
pub struct Played {
    pub batches: Vec<Batch>,
    pub end: Result<(), ReadError>,
    pub reader: Reader<Cursor<Vec<u8>>>,
}

/// Reads a recording as far as possible.
///
/// # Errors
/// It cannot even be opened.
pub fn play(bytes: &[u8]) -> Result<Played, ReadError> {
    let mut reader = Reader::new(Cursor::new(bytes.to_vec()))?;
    let mut batches = Vec::new();
    let end = reader.by_ref().try_for_each(|batch| batch.map(|batch| batches.push(batch)));
    Ok(Played { batches, end, reader })
}
