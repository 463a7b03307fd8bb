//! Values of every type, at random and at their extremes, come out of the ring, the socket, a recording and
//! JSON as they went in.

mod common;
#[path = "../../tests/everything/mod.rs"]
mod everything;

use std::net::SocketAddr;
use std::thread;
use std::time::SystemTime;

use common::{HUNG, finish, in_time, tracepoint};
use everything::{Everything, Inner, Kind, everything, huge, nothing};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tracepoint_ipc::recording::Reader;
use tracepoint_ipc::{Exporter, Request, blocking::Client};
use tracepoints::{enabled, tracepoint as fire};

/// Random events, besides the extremes.
const RANDOM: usize = 100;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn float(float: f64) -> Json {
    if float.is_finite() { json!(float) } else { json!(float.to_string()) }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::First => "first",
        Kind::SecondOne => "second_one",
        Kind::Third => "third",
    }
}

fn inner(inner: &Inner) -> Json {
    json!({
        "id": inner.id, "name": inner.name, "kind": kind(inner.kind), "data": hex(&inner.data), "maybe": inner.maybe,
    })
}

fn nanos(time: SystemTime) -> i128 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => after.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    }
}

fn socket(address: SocketAddr) -> Json {
    let (flow_info, scope_id) = match address {
        SocketAddr::V4(_) => (0, 0),
        SocketAddr::V6(address) => (address.flowinfo(), address.scope_id()),
    };
    json!({ "ip": address.ip(), "port": address.port(), "flow_info": flow_info, "scope_id": scope_id })
}

/// The fields of an event as JSON has them.
fn fields(event: &Everything) -> Json {
    let map = |(key, value): (&String, &Inner)| json!({ "key": key, "value": inner(value) });
    json!({
        "flag": event.flag, "i8": event.i8, "i16": event.i16, "i32": event.i32, "i64": event.i64,
        "u8": event.u8, "u16": event.u16, "u32": event.u32, "u64": event.u64,
        "f32": float(event.f32.into()), "f64": float(event.f64),
        "text": event.text, "data": hex(&event.data), "array": hex(&event.array), "shared": hex(&event.shared),
        "kind": kind(event.kind), "duration": event.duration.as_nanos() as u64, "time": nanos(event.time) as i64,
        "ip": event.ip, "socket": socket(event.socket), "inner": inner(&event.inner),
        "bits": event.bits, "numbers": event.numbers,
        "floats": event.floats.iter().map(|value| float(*value)).collect::<Vec<_>>(),
        "texts": event.texts, "datas": event.datas.iter().map(|data| hex(data)).collect::<Vec<_>>(),
        "kinds": event.kinds.iter().map(|value| kind(*value)).collect::<Vec<_>>(),
        "inners": event.inners.iter().map(inner).collect::<Vec<_>>(), "lists": event.lists,
        "maybe_flag": event.maybe_flag, "maybe_text": event.maybe_text,
        "maybe_inner": event.maybe_inner.as_ref().map(inner), "maybe_list": event.maybe_list,
        "maybes": event.maybes.iter().map(|value| json!({ "value": value })).collect::<Vec<_>>(),
        "map": event.map.iter().map(map).collect::<Vec<_>>(),
        "pair": { "first": event.pair.0, "second": event.pair.1 },
    })
}

/// What is fired: extremes, and values at random, always the same ones.
fn events() -> Vec<Everything> {
    let mut runner = TestRunner::deterministic();
    let random = std::iter::repeat_with(|| everything().new_tree(&mut runner).unwrap().current());
    [nothing(), huge()].into_iter().chain(random.take(RANDOM)).collect()
}

fn assert_same(read: &[Json], fired: &[Everything], through: &str) {
    assert_eq!(read.len(), fired.len(), "{through}");
    for (at, (read, fired)) in read.iter().zip(fired).enumerate() {
        let expected = fields(fired);
        for (name, value) in read["fields"].as_object().unwrap() {
            // Not as a whole: what differs is to be found in megabytes.
            assert!(*value == expected[name], "{through}: {name} of event {at}");
        }
        assert_eq!(read["fields"].as_object().unwrap().len(), expected.as_object().unwrap().len());
    }
}

#[test]
fn every_value_comes_out_as_it_went_in() {
    let directory = TempDir::new().unwrap();
    let sockets = directory.path().join("sockets");
    let exporter = Exporter::builder("everything").directory(&sockets).start().unwrap();
    let fired = events();
    let file = directory.path().join("everything.rec");
    let count = fired.len().to_string();
    let run = |arguments: &[&str]| {
        tracepoint(&sockets).args(arguments).args(["everything:*", "--queue", "512m"]).spawn().unwrap()
    };

    let client = Client::connect(exporter.socket_path().to_str().unwrap()).unwrap();
    let request = Request::new().pattern("everything:*").queue_bytes(512 << 20);
    let mut stream = client.subscribe(request).unwrap();
    let mut record = run(&["record", "everything", "-o", file.to_str().unwrap()]);
    let watch = run(&["watch", "everything", "--format", "ndjson", "-n", &count]);
    let socket = exporter.socket_path().to_owned();
    in_time(move || {
        let client = Client::connect(socket.to_str().unwrap()).unwrap();
        while client.info().unwrap().subscriptions < 3 {
            thread::yield_now();
        }
    });
    assert!(enabled!(Everything));
    let watched = thread::spawn(move || finish(watch));
    for event in &fired {
        fire!(event.clone());
    }

    // By type, through the socket.
    let mut left = fired.iter();
    while left.len() > 0 {
        let batch = stream.next_timeout(HUNG).unwrap().expect("more events");
        for event in batch.events() {
            let event: Everything = event.unwrap().get().unwrap();
            assert!(event == *left.next().unwrap());
        }
    }
    // By the schema, through the socket.
    let watched = watched.join().unwrap();
    watched.expect(0, &["none lost"]);
    assert_same(&watched.json_lines(), &fired, "socket");
    // By type and by the schema, from a recording.
    common::signal(&record, "INT");
    record.wait().unwrap();
    let mut left = fired.iter();
    for batch in Reader::open(&file).unwrap() {
        for event in batch.unwrap().events() {
            let event: Everything = event.unwrap().get().unwrap();
            assert!(event == *left.next().unwrap());
        }
    }
    assert_eq!(left.len(), 0);
    let replayed = run(&["watch", file.to_str().unwrap(), "--format", "ndjson"]);
    let replayed = finish(replayed);
    replayed.expect(0, &["none lost"]);
    assert_same(&replayed.json_lines(), &fired, "recording");
}
