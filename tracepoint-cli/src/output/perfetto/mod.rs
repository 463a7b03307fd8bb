//! Events for <https://ui.perfetto.dev> and its trace processor: a track for each thread, with an instant for each
//! event, and all fields as arguments.
//!
//! Packets are written as events come. All of them are of one sequence, so that a name is written once.

mod counters;
mod names;
mod proto;
mod tracks;
mod values;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::Write;
use std::rc::Rc;

use tracepoint_ipc::{Event, Gap, Lost, ProcessInfo, ThreadInfo, Value};

pub use self::counters::Counter;
use self::names::Names;
use self::proto::event::CounterValue;
use self::proto::packet::Data;
use self::proto::{
    BuiltinClock, Clock, ClockSnapshot, EventKind, TracePacket, TracePacketDefaults, TrackEvent,
};
use self::tracks::Tracks;
use super::Out;
use super::sink::Sink;
use crate::exit::Failure;

/// Any number but 0: there is one sequence.
const SEQUENCE: u32 = 1;

/// The category of losses. The others are providers.
const LOSSES: &str = "tracepoint";

/// Writes events as a trace.
pub struct Perfetto {
    out: Out,
    process: ProcessInfo,
    tracks: Tracks,
    names: Names,
    /// With their tracks.
    counters: Vec<(Counter, u64)>,
    /// By id of their type.
    kinds: HashMap<u64, Rc<Kind>>,
    /// Time of the last event, once there was one.
    now: Option<u64>,
    /// What was lost before the next event, with the tracepoint.
    lost: Vec<(String, Lost)>,
    /// The bytes of a packet; kept to be used again.
    buffer: Vec<u8>,
}

/// What is the same for all events of a type.
#[derive(Debug)]
struct Kind {
    category: u64,
    name: u64,
    /// The names of its fields.
    fields: Vec<u64>,
    /// Places of fields, and the tracks of their counters.
    counters: Vec<(usize, u64)>,
}

impl Perfetto {
    /// Writes events of `process` to `out`, and some of their fields as `counters` too.
    pub fn new(out: Out, process: &ProcessInfo, counters: Vec<Counter>) -> Self {
        let mut tracks = Tracks::new(process);
        let counters = counters.into_iter().map(|counter| {
            let track = tracks.counter(&counter.name, counter.unit);
            (counter, track)
        });
        Self {
            out,
            process: process.clone(),
            counters: counters.collect(),
            tracks,
            names: Names::default(),
            kinds: HashMap::new(),
            now: None,
            lost: Vec::new(),
            buffer: Vec::new(),
        }
    }

    /// Goes on to a time. The first one is where the trace begins.
    fn advance(&mut self, time: u64) -> Result<(), Failure> {
        if self.now.replace(time).is_none() {
            self.preamble(time)?;
        }
        for (name, lost) in std::mem::take(&mut self.lost) {
            self.loss(time, &name, &lost)?;
        }
        Ok(())
    }

    /// Says which clock the times are of, and what the time is in UTC.
    fn preamble(&mut self, time: u64) -> Result<(), Failure> {
        let clock = |id: BuiltinClock, time| Clock { clock_id: Some(id as u32), timestamp: Some(time) };
        let utc = self.process.utc(time);
        self.write(TracePacket {
            data: Some(Data::ClockSnapshot(ClockSnapshot {
                clocks: vec![clock(BuiltinClock::Monotonic, time), clock(BuiltinClock::Realtime, utc)],
                primary_trace_clock: Some(BuiltinClock::Monotonic.into()),
            })),
            trace_packet_defaults: Some(TracePacketDefaults {
                timestamp_clock_id: Some(BuiltinClock::Monotonic as u32),
            }),
            sequence_flags: Some(proto::INCREMENTAL_STATE_CLEARED),
            first_packet_on_sequence: Some(true),
            ..TracePacket::default()
        })
    }

    fn loss(&mut self, time: u64, name: &str, lost: &Lost) -> Result<(), Failure> {
        let Lost { ring_full, too_large, nested, thread_gone, queue_full, .. } = *lost;
        let causes = [
            ("ring_full", ring_full),
            ("too_large", too_large),
            ("nested", nested),
            ("thread_gone", thread_gone),
            ("queue_full", queue_full),
        ];
        let names = &mut self.names;
        let causes = causes.into_iter().filter(|(_, count)| *count > 0).map(|(cause, count)| {
            let cause = names.fields.number(cause);
            values::annotation(names, cause, Value::UInt(count))
        });
        let debug_annotations = causes.collect();
        let event = TrackEvent {
            category_iids: vec![names.categories.number(LOSSES)],
            debug_annotations,
            name_iid: Some(names.events.number(&format!("lost {name}"))),
            track_uuid: Some(self.tracks.losses()),
            ..of_kind(EventKind::Instant)
        };
        self.write_event(time, event)
    }

    fn count(&mut self, time: u64, track: u64, value: CounterValue) -> Result<(), Failure> {
        let event =
            TrackEvent { track_uuid: Some(track), counter_value: Some(value), ..of_kind(EventKind::Counter) };
        self.write_event(time, event)
    }

    fn kind(&mut self, event: &Event<'_>) -> Rc<Kind> {
        let Self { kinds, names, counters, .. } = self;
        let tracepoint = event.tracepoint();
        let kind = kinds.entry(tracepoint.type_id).or_insert_with(|| {
            let counters = counters.iter().filter(|(counter, _)| counter.type_id == tracepoint.type_id);
            let fields = event.event_type().map_or(&[][..], |ty| &ty.fields);
            Rc::new(Kind {
                category: names.categories.number(&tracepoint.provider),
                name: names.events.number(tracepoint.full_name()),
                fields: fields.iter().map(|field| names.fields.number(&field.name)).collect(),
                counters: counters.map(|(counter, track)| (counter.place, *track)).collect(),
            })
        });
        Rc::clone(kind)
    }

    fn write_event(&mut self, time: u64, event: TrackEvent) -> Result<(), Failure> {
        self.write_tracks()?;
        let data = Some(Data::TrackEvent(event));
        self.write(TracePacket { timestamp: Some(time), data, ..TracePacket::default() })
    }

    /// Describes the tracks that are new.
    fn write_tracks(&mut self) -> Result<(), Failure> {
        for track in self.tracks.take_fresh() {
            let data = Some(Data::TrackDescriptor(track));
            self.write(TracePacket { data, ..TracePacket::default() })?;
        }
        Ok(())
    }

    fn write(&mut self, mut packet: TracePacket) -> Result<(), Failure> {
        packet.trusted_packet_sequence_id = Some(SEQUENCE);
        packet.sequence_flags.get_or_insert(proto::NEEDS_INCREMENTAL_STATE);
        packet.interned_data = self.names.take_fresh();
        self.buffer.clear();
        prost::encoding::message::encode(proto::PACKET, &packet, &mut self.buffer);
        Ok(self.out.write_all(&self.buffer)?)
    }
}

impl Sink for Perfetto {
    fn event(&mut self, event: Event<'_>, thread: Option<&ThreadInfo>) -> Result<(), Failure> {
        let time = event.time();
        self.advance(time)?;
        let kind = self.kind(&event);
        let mut debug_annotations = Vec::with_capacity(kind.fields.len());
        let mut counts = Vec::new();
        for (place, field) in event.fields().enumerate() {
            let (_, value) = field?;
            let Some(&name) = kind.fields.get(place) else { break };
            debug_annotations.push(values::annotation(&mut self.names, name, value));
            let counters = kind.counters.iter().filter(|counter| counter.0 == place);
            counts.extend(counters.filter_map(|(_, track)| Some((*track, values::count(value)?))));
        }
        let instant = TrackEvent {
            category_iids: vec![kind.category],
            debug_annotations,
            name_iid: Some(kind.name),
            track_uuid: Some(self.tracks.thread(event.thread(), thread)),
            ..of_kind(EventKind::Instant)
        };
        self.write_event(time, instant)?;
        counts.into_iter().try_for_each(|(track, value)| self.count(time, track, value))
    }

    fn gap(&mut self, gap: &Gap, name: &str) -> Result<(), Failure> {
        // Its time is that of the next event, which is still to come.
        self.lost.push((name.to_owned(), gap.lost));
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.advance(self.now.unwrap_or(self.process.started))?;
        self.write_tracks()
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}

fn of_kind(kind: EventKind) -> TrackEvent {
    TrackEvent { r#type: Some(kind.into()), ..TrackEvent::default() }
}
