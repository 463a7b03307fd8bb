//! What is written, read back as a reader of traces does.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use prost::Message;
use tracepoint_ipc::Request;
use tracepoints::{Event, Value, tracepoint};

use super::proto::{
    DebugAnnotation, EventKind, InternedName, TracePacket, TrackDescriptor, TrackEvent, annotation,
};
use super::*;
use crate::output::sample::{Sample, Written};

#[derive(Value)]
enum Direction {
    In,
}

#[derive(Event)]
#[event(provider = "perfetto")]
struct Tx<'a> {
    peer: i64,
    size: u64,
    fee: f64,
    kind: &'a str,
    direction: Direction,
    payload: &'a [u8],
    seen: bool,
}

#[derive(Event)]
#[event(provider = "perfetto")]
struct Ping {
    peer: i64,
}

#[derive(Value)]
struct Coin {
    vout: u32,
    fee: Option<u64>,
}

#[derive(Event)]
#[event(provider = "nested")]
struct Nested<'a> {
    coins: &'a [Coin],
    none: &'a [u8],
    address: IpAddr,
    took: Option<Duration>,
    seen: SystemTime,
}

#[derive(Event)]
#[event(provider = "flood")]
struct Drop<'a> {
    bytes: &'a [u8],
}

fn fire(peer: i64, size: u64) {
    let (kind, payload) = ("größer", &[0, 0xab]);
    tracepoint!(Tx { peer, size, fee: 0.5, kind, direction: Direction::In, payload, seen: true });
}

#[derive(Clone, PartialEq, Message)]
struct Trace {
    #[prost(message, repeated, tag = "1")]
    packet: Vec<TracePacket>,
}

/// A trace with its names resolved.
struct Read {
    packets: Vec<TracePacket>,
    names: HashMap<(char, u64), String>,
}

impl Read {
    fn of(sample: &Sample, counters: &[&str]) -> Self {
        let types = sample.types();
        let counters = counters.iter().map(|name| Counter::find(name, &types).unwrap()).collect();
        let written = Written::default();
        sample.write_to(&mut Perfetto::new(written.out(), sample.process(), counters));
        let packets = Trace::decode(written.bytes().as_slice()).unwrap().packet;
        let mut names = HashMap::new();
        for packet in &packets {
            assert_eq!(packet.trusted_packet_sequence_id, Some(SEQUENCE));
            let Some(data) = &packet.interned_data else { continue };
            let tables = [
                ('c', &data.event_categories),
                ('e', &data.event_names),
                ('f', &data.debug_annotation_names),
                ('v', &data.debug_annotation_string_values),
            ];
            for (table, InternedName { iid, name }) in
                tables.into_iter().flat_map(|(table, names)| names.iter().map(move |name| (table, name)))
            {
                let before = names.insert((table, iid.unwrap()), name.clone().unwrap());
                assert_eq!(before, None, "a name is written once");
            }
        }
        Self { packets, names }
    }

    fn tracks(&self) -> impl Iterator<Item = &TrackDescriptor> {
        self.packets.iter().filter_map(|packet| match &packet.data {
            Some(Data::TrackDescriptor(track)) => Some(track),
            _ => None,
        })
    }

    fn track(&self, event: &TrackEvent) -> &TrackDescriptor {
        self.tracks().find(|track| track.uuid == event.track_uuid).unwrap()
    }

    fn events(&self, kind: EventKind) -> Vec<(u64, &TrackEvent)> {
        let events = self.packets.iter().filter_map(|packet| match &packet.data {
            Some(Data::TrackEvent(event)) => Some((packet.timestamp.unwrap(), event)),
            _ => None,
        });
        events.filter(|(_, event)| event.r#type == Some(kind.into())).collect()
    }

    fn name(&self, table: char, number: Option<u64>) -> &str {
        &self.names[&(table, number.unwrap())]
    }

    fn arguments(&self, event: &TrackEvent) -> Vec<(&str, String)> {
        event.debug_annotations.iter().map(|it| (self.name('f', it.name_iid), self.value(it))).collect()
    }

    fn value(&self, annotation: &DebugAnnotation) -> String {
        match &annotation.value {
            Some(annotation::Value::Bool(value)) => value.to_string(),
            Some(annotation::Value::Uint(value)) => format!("{value}u"),
            Some(annotation::Value::Int(value)) => value.to_string(),
            Some(annotation::Value::Double(value)) => format!("{value:?}"),
            Some(annotation::Value::String(value)) => format!("{value:?}"),
            Some(annotation::Value::StringIid(number)) => self.name('v', Some(*number)).to_owned(),
            None if !annotation.dict_entries.is_empty() => {
                let entries = annotation.dict_entries.iter();
                let entries = entries.map(|it| format!("{}={}", self.name('f', it.name_iid), self.value(it)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
            }
            None if !annotation.array_values.is_empty() => {
                let values = annotation.array_values.iter().map(|it| self.value(it));
                format!("[{}]", values.collect::<Vec<_>>().join(" "))
            }
            None => "-".to_owned(),
        }
    }
}

#[test]
fn an_event_is_an_instant_with_all_fields() {
    let sample = Sample::of("perfetto:*", || {
        fire(-7, 1 << 63);
        fire(8, 9);
        tracepoint!(Ping { peer: 1 });
    });
    let trace = Read::of(&sample, &[]);
    let events = trace.events(EventKind::Instant);
    let seen: Vec<_> = sample.batches().iter().flat_map(|batch| batch.events()).map(Result::unwrap).collect();
    assert_eq!(events.len(), seen.len());
    for ((time, event), seen) in events.iter().zip(&seen) {
        assert_eq!(*time, seen.time());
        assert_eq!(trace.name('e', event.name_iid), seen.tracepoint().full_name());
        assert_eq!(trace.name('c', event.category_iids.first().copied()), "perfetto");
    }
    assert_eq!(
        trace.arguments(events[0].1),
        [
            ("peer", "-7".to_owned()),
            ("size", "9223372036854775808u".to_owned()),
            ("fee", "0.5".to_owned()),
            ("kind", "\"größer\"".to_owned()),
            ("direction", "in".to_owned()),
            ("payload", "\"00ab\"".to_owned()),
            ("seen", "true".to_owned()),
        ]
    );
    assert_eq!(trace.arguments(events[2].1), [("peer", "1".to_owned())]);
}

#[test]
fn lists_and_structs_are_lists_and_structs() {
    let coins = [Coin { vout: 1, fee: Some(2) }, Coin { vout: 3, fee: None }];
    let took = Some(Duration::from_micros(5));
    let sample = Sample::of("nested:*", || {
        let address = IpAddr::from([127, 0, 0, 1]);
        tracepoint!(Nested { coins: &coins, none: &[], address, took, seen: SystemTime::UNIX_EPOCH });
        tracepoint!(Nested { coins: &[], none: &[], address, took: None, seen: SystemTime::UNIX_EPOCH });
    });
    let trace = Read::of(&sample, &["nested:nested.took"]);
    let events = trace.events(EventKind::Instant);
    let arguments = |place: usize| trace.arguments(events[place].1).into_iter().map(|(_, value)| value);
    let expected = ["[{vout=1u fee=2u} {vout=3u fee=-}]", "\"\"", "\"127.0.0.1\"", "5000u", "0"];
    assert!(arguments(0).eq(expected), "{:?}", arguments(0).collect::<Vec<_>>());
    assert!(arguments(1).eq(["-", "\"\"", "\"127.0.0.1\"", "-", "0"]));
    // What is missing is not counted.
    let counts = trace.events(EventKind::Counter);
    assert_eq!(counts.len(), 1);
    assert_eq!(counts[0].1.counter_value, Some(CounterValue::Int(5000)));
    let counter = trace.track(counts[0].1).counter.as_ref().unwrap();
    assert_eq!(counter.unit(), proto::CounterUnit::TimeNs);
}

#[test]
fn times_are_monotonic_and_known_in_utc() {
    let sample = Sample::of("perfetto:*", || fire(1, 2));
    let trace = Read::of(&sample, &[]);
    let (time, _) = trace.events(EventKind::Instant)[0];
    let first = &trace.packets[0];
    assert_eq!(first.sequence_flags, Some(proto::INCREMENTAL_STATE_CLEARED));
    assert_eq!(first.trace_packet_defaults, Some(TracePacketDefaults { timestamp_clock_id: Some(3) }));
    let Some(Data::ClockSnapshot(snapshot)) = &first.data else { panic!("{first:?}") };
    let clocks: Vec<_> =
        snapshot.clocks.iter().map(|clock| (clock.clock_id.unwrap(), clock.timestamp.unwrap())).collect();
    assert_eq!(clocks, [(3, time), (1, sample.process().utc(time))]);
    assert_eq!(snapshot.primary_trace_clock(), BuiltinClock::Monotonic);
    let rest = &trace.packets[1..];
    assert!(rest.iter().all(|packet| packet.sequence_flags == Some(proto::NEEDS_INCREMENTAL_STATE)));
}

#[test]
fn each_thread_has_a_track_of_the_process() {
    let sample = Sample::of("perfetto:ping", || {
        let fire = |peer| tracepoint!(Ping { peer });
        std::thread::scope(|scope| {
            let named = std::thread::Builder::new().name("worker".to_owned());
            named.spawn_scoped(scope, || fire(1)).unwrap().join().unwrap();
        });
        fire(2);
        fire(3);
    });
    let trace = Read::of(&sample, &[]);
    let process = trace.tracks().find(|track| track.process.is_some()).unwrap();
    let pid = i32::try_from(std::process::id()).unwrap();
    assert_eq!(process.process.as_ref().unwrap().pid, Some(pid));
    assert_eq!(process.process.as_ref().unwrap().process_name(), "sample");
    let tracks: Vec<_> =
        trace.events(EventKind::Instant).iter().map(|(_, event)| trace.track(event)).collect();
    let threads: Vec<_> = sample.batches().iter().flat_map(|batch| batch.threads()).collect();
    for (track, thread) in [(tracks[0], threads[0]), (tracks[1], threads[1])] {
        assert_eq!(track.parent_uuid, process.uuid);
        let described = track.thread.as_ref().unwrap();
        assert_eq!(described.pid, Some(pid));
        assert_eq!(described.tid, i64::try_from(thread.os_id).ok());
        assert_eq!(described.thread_name(), thread.name);
    }
    assert_eq!(tracks[0].thread.as_ref().unwrap().thread_name(), "worker");
    assert_eq!(tracks[1].uuid, tracks[2].uuid);
    assert_ne!(tracks[0].uuid, tracks[1].uuid);
}

#[test]
fn counters_follow_the_fields_that_were_asked_for() {
    let sample = Sample::of("perfetto:*", || {
        fire(-7, 1 << 63);
        fire(8, 9);
        tracepoint!(Ping { peer: 1 });
    });
    let trace = Read::of(&sample, &["perfetto:tx.size", "perfetto:tx.peer"]);
    assert_eq!(trace.events(EventKind::Instant).len(), 3);
    let counts: Vec<_> = trace
        .events(EventKind::Counter)
        .iter()
        .map(|(_, event)| {
            let track = trace.track(event);
            assert!(track.counter.is_some() && track.parent_uuid.is_some());
            (track.name(), event.counter_value.clone().unwrap())
        })
        .collect();
    let (size, peer) = ("perfetto:tx.size", "perfetto:tx.peer");
    assert_eq!(
        counts,
        [
            (peer, CounterValue::Int(-7)),
            (size, CounterValue::Double(2f64.powi(63))),
            (peer, CounterValue::Int(8)),
            (size, CounterValue::Int(9)),
        ]
    );
}

#[test]
fn a_counter_is_a_number_of_an_event_that_is_there() {
    let sample = Sample::of("perfetto:*", || fire(1, 2));
    let error = |name: &str| Counter::find(name, &sample.types()).unwrap_err().to_string();
    assert!(error("size").contains("as net:inbound_message.size"));
    assert!(error("perfetto:pong.peer").contains("'perfetto:pong' is not among"));
    for field in ["bytes", "kind"] {
        let error = error(&format!("perfetto:tx.{field}"));
        assert!(error.ends_with("that are numbers are peer, size, fee"), "{error}");
    }
}

#[test]
fn losses_have_a_track_of_their_own() {
    let request = Request::new().pattern("flood:*").queue_bytes(64 << 10);
    let sample = Sample::with(request, || {
        for _ in 0..100 {
            tracepoint!(Drop { bytes: &[0; 10_000] });
        }
    });
    let trace = Read::of(&sample, &[]);
    let (lost, delivered): (Vec<_>, Vec<_>) = trace
        .events(EventKind::Instant)
        .into_iter()
        .partition(|(_, event)| trace.name('e', event.name_iid) == "lost flood:drop");
    let mut sum = 0;
    for (_, event) in &lost {
        assert_eq!(trace.track(event).name(), "lost events");
        assert_eq!(trace.name('c', event.category_iids.first().copied()), LOSSES);
        for (cause, count) in trace.arguments(event) {
            assert_eq!(cause, "queue_full");
            sum += count.trim_end_matches('u').parse::<usize>().unwrap();
        }
    }
    assert!(!lost.is_empty() && delivered.len() + sum == 100, "{} and {sum}", delivered.len());
}

#[test]
fn a_trace_without_events_says_whose_it_is() {
    let sample = Sample::of("perfetto:*", || {});
    let trace = Read::of(&sample, &[]);
    assert!(matches!(trace.packets[0].data, Some(Data::ClockSnapshot(_))));
    assert_eq!(trace.tracks().count(), 1);
}
