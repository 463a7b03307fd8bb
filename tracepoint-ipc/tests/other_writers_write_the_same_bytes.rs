//! An event is the very bytes that other implementations write for the same values: they lie in canonical order, with
//! no gaps, and what is unused is zero.
//!
//! Here, the `capnp` crate copies every event. `ci/canonical.sh` has the official tool read and write them, with the
//! schema that goes along.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, SystemTime};

use capnp::message::{Builder, HeapAllocator, Reader, ReaderOptions, SegmentArray};
use tracepoint_core::{Event, Value, capture, tracepoint};
use tracepoint_ipc::schema::Schema;

/// Of each type of event.
const ROUNDS: usize = 600;

#[derive(Value, Clone, Copy)]
#[value(crate = tracepoint_core)]
enum Network {
    Unroutable,
    Ipv4,
    Ipv6,
}

#[derive(Value)]
#[value(crate = tracepoint_core)]
struct OutPoint {
    txid: [u8; 32],
    vout: u32,
}

#[derive(Value)]
#[value(crate = tracepoint_core)]
struct Input {
    previous: OutPoint,
    witness: Vec<Vec<u8>>,
    sequence: Option<u32>,
    label: Option<String>,
    is_final: bool,
}

#[derive(Event)]
#[event(provider = "canonical", crate = tracepoint_core)]
struct Numbers {
    a: bool,
    b: u64,
    c: i8,
    d: u16,
    e: i32,
    f: bool,
    g: f32,
    h: f64,
    i: u8,
    j: i16,
    k: u32,
    l: i64,
    network: Network,
    wait: Duration,
    at: SystemTime,
}

#[derive(Event)]
#[event(provider = "canonical", crate = tracepoint_core)]
struct Bytes {
    text: String,
    data: Vec<u8>,
    hash: [u8; 32],
    ip: IpAddr,
    peer: SocketAddr,
}

#[derive(Event)]
#[event(provider = "canonical", crate = tracepoint_core)]
struct Lists {
    flags: Vec<bool>,
    small: Vec<i8>,
    halves: Vec<u16>,
    words: Vec<i32>,
    floats: Vec<f64>,
    networks: Vec<Network>,
    waits: Vec<Duration>,
    texts: Vec<String>,
    datas: Vec<Vec<u8>>,
    lists: Vec<Vec<Vec<u32>>>,
    maybe: Vec<Option<u16>>,
    maybe_texts: Vec<Option<String>>,
    map: BTreeMap<String, Vec<u64>>,
}

#[derive(Event)]
#[event(provider = "canonical", crate = tracepoint_core)]
struct Transaction {
    inputs: Vec<Input>,
    outputs: Vec<(u64, Vec<u8>)>,
    block: Option<OutPoint>,
    first: Input,
    nested: Vec<Vec<Input>>,
    by_network: BTreeMap<u8, Input>,
}

#[derive(Event)]
#[event(provider = "canonical", crate = tracepoint_core)]
struct Options {
    flag: Option<bool>,
    byte: Option<u8>,
    number: Option<i64>,
    float: Option<f32>,
    network: Option<Network>,
    text: Option<String>,
    data: Option<Vec<u8>>,
    list: Option<Vec<u32>>,
    input: Option<Input>,
    pair: Option<(u8, Option<i64>)>,
    at: Option<SystemTime>,
    last: bool,
}

/// Random values. The same in each run.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        // Small numbers, and none at all, are as frequent as others.
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        bits >> ((bits & 3) * 16 + (bits >> 2 & 15))
    }

    fn flag(&mut self) -> bool {
        self.bits() & 1 == 1
    }

    fn maybe<T>(&mut self, some: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| some(self))
    }

    fn many<T, L: FromIterator<T>>(&mut self, mut one: impl FnMut(&mut Self) -> T) -> L {
        (0..self.bits() % 6).map(|_| one(self)).collect()
    }

    /// What is not a number has many forms, of which text tells one.
    fn float(&mut self) -> f64 {
        self.bits() as i32 as f64 / 64.0
    }

    fn text(&mut self) -> String {
        self.many(|random| ['a', '"', '\\', '\n', 'ü', '\u{1f980}', ' '][random.bits() as usize % 7])
    }

    fn data(&mut self) -> Vec<u8> {
        (0..self.bits() % 20).map(|_| self.bits() as u8).collect()
    }

    fn network(&mut self) -> Network {
        [Network::Unroutable, Network::Ipv4, Network::Ipv6][self.bits() as usize % 3]
    }

    fn ip(&mut self) -> IpAddr {
        match self.flag() {
            true => Ipv4Addr::from_bits(self.bits() as u32).into(),
            false => Ipv6Addr::from_bits(self.bits().into()).into(),
        }
    }

    fn time(&mut self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_nanos(self.bits() >> 1)
    }

    fn outpoint(&mut self) -> OutPoint {
        OutPoint { txid: [self.bits() as u8; 32], vout: self.bits() as u32 }
    }

    fn input(&mut self) -> Input {
        Input {
            previous: self.outpoint(),
            witness: self.many(Self::data),
            sequence: self.maybe(|random| random.bits() as u32),
            label: self.maybe(Self::text),
            is_final: self.flag(),
        }
    }

    fn fire(&mut self) {
        tracepoint!(Numbers {
            a: self.flag(),
            b: self.bits(),
            c: self.bits() as i8,
            d: self.bits() as u16,
            e: self.bits() as i32,
            f: self.flag(),
            g: self.float() as f32,
            h: self.float(),
            i: self.bits() as u8,
            j: self.bits() as i16,
            k: self.bits() as u32,
            l: self.bits() as i64,
            network: self.network(),
            wait: Duration::from_nanos(self.bits()),
            at: self.time(),
        });
        tracepoint!(Bytes {
            text: self.text(),
            data: self.data(),
            hash: [self.bits() as u8; 32],
            ip: self.ip(),
            peer: SocketAddr::new(self.ip(), self.bits() as u16),
        });
        tracepoint!(Lists {
            flags: self.many(Self::flag),
            small: self.many(|random| random.bits() as i8),
            halves: self.many(|random| random.bits() as u16),
            words: self.many(|random| random.bits() as i32),
            floats: self.many(Self::float),
            networks: self.many(Self::network),
            waits: self.many(|random| Duration::from_nanos(random.bits())),
            texts: self.many(Self::text),
            datas: self.many(Self::data),
            lists: self.many(|random| random.many(|random| random.many(|random| random.bits() as u32))),
            maybe: self.many(|random| random.maybe(|random| random.bits() as u16)),
            maybe_texts: self.many(|random| random.maybe(Self::text)),
            map: self.many(|random| (random.text(), random.many(Self::bits))),
        });
        tracepoint!(Transaction {
            inputs: self.many(Self::input),
            outputs: self.many(|random| (random.bits(), random.data())),
            block: self.maybe(Self::outpoint),
            first: self.input(),
            nested: self.many(|random| random.many(Self::input)),
            by_network: self.many(|random| (random.bits() as u8, random.input())),
        });
        tracepoint!(Options {
            flag: self.maybe(Self::flag),
            byte: self.maybe(|random| random.bits() as u8),
            number: self.maybe(|random| random.bits() as i64),
            float: self.maybe(|random| random.float() as f32),
            network: self.maybe(Self::network),
            text: self.maybe(Self::text),
            data: self.maybe(Self::data),
            list: self.maybe(|random| random.many(|random| random.bits() as u32)),
            input: self.maybe(Self::input),
            pair: self.maybe(|random| (random.bits() as u8, random.maybe(|random| random.bits() as i64))),
            at: self.maybe(Self::time),
            last: self.flag(),
        });
    }
}

fn fired() -> Vec<Vec<u8>> {
    let mut seen = capture("canonical:*");
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..ROUNDS {
        random.fire();
    }
    let events: Vec<_> = seen.take().iter().map(|event| event.raw().bytes().to_vec()).collect();
    assert_eq!(events.len(), 5 * ROUNDS);
    events
}

/// The same message as the `capnp` crate writes it.
fn copy(event: &[u8]) -> Vec<u8> {
    let segments = [&event[8..]];
    let message = Reader::new(SegmentArray::new(&segments), ReaderOptions::new());
    // In one segment, as ours.
    let words = u32::try_from(event.len() / 8).unwrap();
    let mut copy = Builder::new(HeapAllocator::new().first_segment_words(words));
    copy.set_root(message.get_root::<capnp::any_pointer::Reader<'_>>().unwrap()).unwrap();
    capnp::serialize::write_message_to_words(&copy)
}

#[test]
fn other_writers_write_the_same_bytes() {
    let events = fired();
    for event in &events {
        assert!(copy(event) == *event, "{event:02x?}\n{:02x?}", copy(event));
    }
    if let Some(path) = std::env::var_os("TRACEPOINT_CANONICAL_OUT") {
        write_for_the_tool(path.as_ref(), &events.concat());
    }
}

/// Whatever is not at the end of its section because its value is zero.
#[test]
fn messages_with_all_words_in_use_are_canonical() {
    let mut seen = capture("full:event");
    for number in 1..100u64 {
        let texts = vec!["text".to_owned(); number as usize % 7 + 1];
        tracepoint!(full::event, number: u64 = number, texts: Vec<String> = texts, data: &[u8] = &[1; 9]);
    }
    for event in seen.take() {
        // The envelope has zeros at the end, but the payload has none.
        let bytes = event.raw().bytes();
        let payload = bytes[8 * 5..].to_vec();
        let segments = [&*payload];
        let message = Reader::new(SegmentArray::new(&segments), ReaderOptions::new());
        assert!(message.is_canonical().unwrap(), "{payload:02x?}");
    }
}

fn write_for_the_tool(folder: &Path, events: &[u8]) {
    std::fs::write(folder.join("events.bin"), events).unwrap();
    std::fs::write(folder.join("events.capnp"), Schema::of_process().to_capnp()).unwrap();
}
