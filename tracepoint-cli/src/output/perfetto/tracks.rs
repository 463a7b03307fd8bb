//! The lines of the picture: the process, its threads, counters, and losses.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use tracepoint_ipc::{ProcessInfo, ThreadInfo};

use super::proto::{CounterDescriptor, CounterUnit, ProcessDescriptor, ThreadDescriptor, TrackDescriptor};

/// Each process has a range of so many tracks. Small enough that numbers stay short, as each event has one.
const RANGE_BITS: u32 = 24;
/// How many bits tell processes apart, when traces are put together.
const PROCESS_BITS: u32 = 24;

/// The tracks of one process.
#[derive(Debug)]
pub struct Tracks {
    pid: i32,
    process: u64,
    next: u64,
    threads: HashMap<u32, u64>,
    losses: Option<u64>,
    fresh: Vec<TrackDescriptor>,
}

impl Tracks {
    /// No tracks but that of the process.
    pub fn new(process: &ProcessInfo) -> Self {
        let mut hasher = DefaultHasher::new();
        (process.pid, process.started).hash(&mut hasher);
        // Never 0: that is a track of Perfetto's own.
        let uuid = ((hasher.finish() >> (64 - PROCESS_BITS)) | 1) << RANGE_BITS;
        let pid = number(process.pid);
        let track = TrackDescriptor {
            uuid: Some(uuid),
            process: Some(ProcessDescriptor {
                pid: Some(pid),
                cmdline: vec![process.executable.clone()],
                process_name: Some(process.name.clone()),
            }),
            ..TrackDescriptor::default()
        };
        let (threads, losses) = (HashMap::new(), None);
        Self { pid, process: uuid, next: uuid + 1, threads, losses, fresh: vec![track] }
    }

    /// The tracks that came to be since the last time, to be described before they are used.
    pub fn take_fresh(&mut self) -> Vec<TrackDescriptor> {
        std::mem::take(&mut self.fresh)
    }

    /// The track of a thread, known by its id in the events.
    pub fn thread(&mut self, id: u32, thread: Option<&ThreadInfo>) -> u64 {
        if let Some(&uuid) = self.threads.get(&id) {
            return uuid;
        }
        let uuid = self.add(match thread {
            Some(thread) if thread.os_id != 0 => TrackDescriptor {
                thread: Some(ThreadDescriptor {
                    pid: Some(self.pid),
                    tid: Some(number(thread.os_id)),
                    thread_name: Some(thread.name.clone()).filter(|name| !name.is_empty()),
                }),
                ..TrackDescriptor::default()
            },
            Some(thread) if !thread.name.is_empty() => named(&thread.name),
            _ => named(&format!("thread {id}")),
        });
        self.threads.insert(id, uuid);
        uuid
    }

    /// The track of events that were lost.
    pub fn losses(&mut self) -> u64 {
        let uuid = self.losses.unwrap_or_else(|| self.add(named("lost events")));
        *self.losses.insert(uuid)
    }

    /// A new track for a counter.
    pub fn counter(&mut self, name: &str, unit: Option<CounterUnit>) -> u64 {
        let counter = CounterDescriptor { unit: unit.map(Into::into) };
        self.add(TrackDescriptor { counter: Some(counter), ..named(name) })
    }

    fn add(&mut self, track: TrackDescriptor) -> u64 {
        let uuid = self.next;
        self.next += 1;
        self.fresh.push(TrackDescriptor { uuid: Some(uuid), parent_uuid: Some(self.process), ..track });
        uuid
    }
}

fn named(name: &str) -> TrackDescriptor {
    TrackDescriptor { name: Some(name.to_owned()), ..TrackDescriptor::default() }
}

/// A number of the system in the type that Perfetto has for it. None is that large.
fn number<T: Default, U: TryInto<T>>(number: U) -> T {
    number.try_into().unwrap_or_default()
}
