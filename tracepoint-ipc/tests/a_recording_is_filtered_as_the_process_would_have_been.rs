//! What is left out of a recording is what the process would have left out.

mod common;

use std::io::Cursor;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use common::{Sockets, connect, read_events};
use tracepoint_core::{Event, Value, tracepoint};
use tracepoint_ipc::recording::{Header, LeftOut, Reader, Writer};
use tracepoint_ipc::{Batch, Request};

#[derive(Value, Clone, Copy)]
#[value(crate = tracepoint_core)]
enum Network {
    Ipv4,
    Ipv6,
}

#[derive(Value, Clone)]
#[value(crate = tracepoint_core)]
struct Peer {
    id: u32,
    addr: String,
    score: Option<i32>,
}

#[derive(Event, Clone)]
#[event(provider = "sieve", crate = tracepoint_core)]
struct Message {
    number: u64,
    signed: i16,
    ratio: f64,
    message_type: &'static str,
    hash: [u8; 4],
    inbound: bool,
    network: Network,
    ping: Duration,
    time: SystemTime,
    ip: IpAddr,
    peer: Peer,
    relay: Option<Peer>,
    fee: Option<i64>,
    parts: Vec<u32>,
    payload: Vec<u8>,
}

/// An event that has nothing but the number of the others.
#[derive(Event)]
#[event(provider = "sieve", crate = tracepoint_core)]
struct Number {
    number: u64,
}

#[derive(Event)]
#[event(provider = "sieve_rate", crate = tracepoint_core)]
struct Tick {
    number: u64,
}

/// Values that differ from one to the next, each with its own period.
fn message(number: u64) -> Message {
    let peer = |id: u64| Peer {
        id: id as u32,
        addr: format!("10.0.0.{id}:8333"),
        score: (id % 2 == 0).then_some(id as i32 - 4),
    };
    Message {
        number,
        signed: number as i16 - 10,
        ratio: [0.5, 1.5, f64::NAN][number as usize % 3],
        message_type: ["inv", "tx", "block", "a message type of more than one word"][number as usize % 4],
        hash: (number as u32).wrapping_mul(0x1000_0000).to_be_bytes(),
        inbound: number % 2 == 0,
        network: if number % 5 < 2 { Network::Ipv4 } else { Network::Ipv6 },
        ping: Duration::from_millis(number * 10),
        time: SystemTime::UNIX_EPOCH + Duration::from_nanos(number),
        ip: if number % 3 == 0 { IpAddr::from([10, 0, 0, 1]) } else { IpAddr::from([1; 16]) },
        peer: peer(number % 7),
        relay: (number % 4 != 0).then(|| peer(number % 5)),
        fee: (number % 3 != 1).then_some(number as i64 - 20),
        parts: vec![1; number as usize % 6],
        payload: vec![number as u8; number as usize],
    }
}

const COUNT: u64 = 60;

const PREDICATES: [&str; 32] = [
    "number > 30",
    "number in [1, 30, 59] || number in 40..=42",
    "signed < 0",
    "ratio > 1",
    "ratio != 0.5",
    "message_type == \"block\"",
    "message_type starts_with \"a message type \"",
    "message_type > 'tw'",
    "len(message_type) < 4",
    "hash starts_with 0xf0",
    "hash == 0x10000000 || hash > 0xa0000000",
    "inbound",
    "!inbound && number < 50",
    "network == ipv6",
    "network != ipv6",
    "ping >= 150ms",
    "time < 12",
    "ip == \"10.0.0.1\"",
    "ip starts_with 0x0101",
    "peer.id == 3",
    "peer.addr starts_with \"10.0.0.5\"",
    "peer.score is none",
    "peer.score > 0",
    "peer is none",
    "relay is none",
    "!(relay is none) && relay.score < 0",
    "relay.addr == \"10.0.0.1:8333\"",
    "fee < 0",
    "fee is none",
    "len(parts) > 3",
    "len(payload) in 10..20",
    "payload starts_with 0x3a3a3a3a3a3a3a3a3a",
];

fn numbers(batches: &[Batch]) -> Vec<u64> {
    let number = |event: tracepoint_ipc::Event<'_>| match event.field("number") {
        Some(Ok(tracepoint_ipc::Value::UInt(number))) => number,
        other => panic!("{other:?}"),
    };
    batches.iter().flat_map(Batch::events).map(|event| number(event.unwrap())).collect()
}

/// What comes of a recording.
fn read(file: &[u8], choose: impl FnOnce(&mut Reader<Cursor<&[u8]>>)) -> (Vec<Batch>, LeftOut) {
    let mut reader = Reader::new(Cursor::new(file)).unwrap();
    reader.select(["sieve:message"]);
    choose(&mut reader);
    let batches: Vec<_> = reader.by_ref().map(Result::unwrap).collect();
    let tag = reader.catalog().find("sieve:message").unwrap().tag;
    (batches, reader.left_out(tag))
}

#[test]
fn a_recording_is_filtered_as_the_process_would_have_been() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let client = connect(&exporter);
    let request = || Request::new().pattern("sieve:message");
    let mut all = client.subscribe(Request::new().pattern("sieve:*")).unwrap();
    let mut sampled = client.subscribe(request().filter("inbound").sample(7)).unwrap();
    // One connection has but so many subscriptions.
    let rounds = PREDICATES.chunks(11);
    let mut live = Vec::new();
    for predicates in rounds.clone() {
        let streams: Vec<_> =
            predicates.iter().map(|it| client.subscribe(request().filter(*it)).unwrap()).collect();
        (0..COUNT).for_each(|number| tracepoint!(message(number)));
        live.extend(streams.into_iter().map(|stream| stream.close().unwrap()));
    }
    let rounds = rounds.len();
    tracepoint!(Number { number: 0 });

    let header = Header::new(client.info().unwrap()).patterns(["sieve:*"]);
    let mut writer = Writer::new(Vec::new(), &header, all.catalog()).unwrap();
    let batches = read_events(&mut all, rounds * COUNT as usize + 1);
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    let file = writer.finish(None).unwrap();

    for (predicate, (live, stats)) in PREDICATES.iter().zip(&live) {
        let (read, left_out) = read(&file, |reader| reader.select_where(predicate).unwrap());
        let live = numbers(live);
        assert_eq!(numbers(&read), live.repeat(rounds), "{predicate}");
        assert_eq!(left_out.filtered, stats.tracepoints[0].filtered * rounds as u64, "{predicate}");
        assert_eq!(numbers(&read).len() + left_out.filtered as usize, rounds * COUNT as usize);
    }

    let inbound = rounds * COUNT as usize / 2;
    let live = numbers(&read_events(&mut sampled, inbound.div_ceil(7)));
    let (read, left_out) = read(&file, |reader| {
        reader.select_where("inbound").unwrap();
        reader.sample(7);
    });
    assert_eq!(numbers(&read), live);
    assert_eq!((left_out.filtered as usize, left_out.sampled_out as usize), (inbound, inbound - live.len()));
}

#[test]
fn at_most_so_many_events_come_of_each_second_of_a_recording() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let client = connect(&exporter);
    let mut all = client.subscribe(Request::new().pattern("sieve_rate:tick")).unwrap();
    (0..COUNT).for_each(|number| tracepoint!(Tick { number }));
    let header = Header::new(client.info().unwrap()).patterns(["sieve_rate:tick"]);
    let mut writer = Writer::new(Vec::new(), &header, all.catalog()).unwrap();
    read_events(&mut all, COUNT as usize).iter().for_each(|batch| writer.write(batch).unwrap());
    let file = writer.finish(None).unwrap();

    let of = |rate| {
        let mut reader = Reader::new(Cursor::new(&file)).unwrap();
        reader.rate(rate);
        let batches: Vec<_> = reader.by_ref().map(Result::unwrap).collect();
        let times = batches.iter().flat_map(Batch::events).map(|event| event.unwrap().time());
        times.map(|time| time / 1_000_000_000).collect::<Vec<_>>()
    };
    let all = of(0);
    assert_eq!(all.len() as u64, COUNT);
    let expected = all.chunk_by(|a, b| a == b).flat_map(|second| second.iter().take(4).copied());
    assert_eq!(of(4), expected.collect::<Vec<_>>());
}

#[test]
fn a_predicate_that_makes_no_sense_for_a_recording_is_refused() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let client = connect(&exporter);
    let all = client.subscribe(Request::new().pattern("sieve:*")).unwrap();
    let header = Header::new(client.info().unwrap()).patterns(["sieve:*"]);
    let file = Writer::new(Vec::new(), &header, all.catalog()).unwrap().finish(None).unwrap();
    let mut reader = Reader::new(Cursor::new(&file)).unwrap();
    for (predicate, phrase) in [
        ("number >", "a value is missing here"),
        ("sum > 1", "there is no field 'sum'; there are: number"),
        ("inbound", "there is no field 'inbound'; there are: number (event sieve:number)"),
    ] {
        let error = reader.select_where(predicate).expect_err(predicate).to_string();
        assert!(error.contains(phrase), "{error}");
    }
    reader.select(["sieve:message"]);
    reader.select_where("inbound").unwrap();
    let live = client.subscribe(Request::new().pattern("sieve:message").filter("network < ipv6"));
    let recorded = reader.select_where("network < ipv6").unwrap_err();
    assert!(live.unwrap_err().to_string().contains(&recorded.to_string()), "{recorded}");
}
