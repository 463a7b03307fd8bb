//! What the threads fired, as they say themselves.

use std::sync::atomic::{AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex};

/// The tracepoints, by the name that they have behind `loss:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Small,
    Blob,
    Outer,
    Inner,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Small, Kind::Blob, Kind::Outer, Kind::Inner];

    pub fn name(self) -> &'static str {
        ["small", "blob", "outer", "inner"][self as usize]
    }

    pub fn of(name: &str) -> Self {
        *Self::ALL.iter().find(|kind| kind.name() == name).expect("one of ours")
    }
}

/// An event that was fired, or is about to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fired {
    pub kind: Kind,
    pub number: u64,
    pub word: &'static str,
    /// Bytes of data.
    pub len: usize,
    pub fate: Fate,
}

/// Where an event was fired, which may decide what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Usual,
    /// Inside a probe that writes.
    Nested,
    /// When the thread's ring was gone.
    ThreadGone,
}

/// What one thread fired, in order.
#[derive(Debug)]
pub struct Log {
    pub number: u32,
    fired: Mutex<Vec<Fired>>,
    /// Events that may have been fired.
    begun: AtomicUsize,
    /// Events behind whose firing the thread is.
    done: AtomicUsize,
}

impl Log {
    /// Notes an event that is fired next. Returns its place.
    pub fn note(&self, event: Fired) -> u32 {
        let mut fired = self.fired.lock().unwrap();
        fired.push(event);
        self.begun.store(fired.len(), Ordering::Relaxed);
        // With that of `Logs::mark`: either the mark sees the event, or the probe sees what was done before
        // the mark.
        fence(Ordering::SeqCst);
        fired.len() as u32 - 1
    }

    /// All events that were noted are fired. Not in an event that is fired within another.
    pub fn settle(&self) {
        self.done.store(self.begun.load(Ordering::Relaxed), Ordering::Release);
    }

    pub fn get(&self, place: u32) -> Option<Fired> {
        self.fired.lock().unwrap().get(place as usize).copied()
    }
}

/// All logs, and a moment in them.
#[derive(Debug, Default)]
pub struct Logs(Mutex<Vec<Arc<Log>>>);

/// How far each log was.
#[derive(Debug, Clone, Default)]
pub struct Mark {
    begun: Vec<usize>,
    done: Vec<usize>,
}

/// What was fired between two moments, each of which took some time.
#[derive(Debug, Clone)]
pub struct Interval {
    /// Before it was begun, and after that.
    pub from: [Mark; 2],
    /// Before it was ended, and after that.
    pub to: [Mark; 2],
}

impl Logs {
    /// A log for a new thread.
    pub fn open(&self) -> Arc<Log> {
        let mut logs = self.0.lock().unwrap();
        let log = Log {
            number: logs.len() as u32,
            fired: Mutex::default(),
            begun: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
        };
        logs.push(Arc::new(log));
        logs.last().expect("the new one").clone()
    }

    pub fn get(&self, number: u32) -> Option<Arc<Log>> {
        self.0.lock().unwrap().get(number as usize).cloned()
    }

    pub fn mark(&self) -> Mark {
        fence(Ordering::SeqCst);
        let logs = self.0.lock().unwrap();
        Mark {
            begun: logs.iter().map(|log| log.begun.load(Ordering::Acquire)).collect(),
            done: logs.iter().map(|log| log.done.load(Ordering::Acquire)).collect(),
        }
    }

    /// How many such events were fired in an interval: certainly, and possibly.
    pub fn count(&self, interval: &Interval, is_such: impl Fn(&Fired) -> bool) -> [u64; 2] {
        let at = |marks: &[usize], number: usize| marks.get(number).copied().unwrap_or(0);
        let logs = self.0.lock().unwrap();
        let mut counts = [0, 0];
        for (number, log) in logs.iter().enumerate() {
            let fired = log.fired.lock().unwrap();
            let certain = at(&interval.from[1].begun, number)..at(&interval.to[0].done, number);
            let possible = at(&interval.from[0].done, number)..at(&interval.to[1].begun, number);
            for (count, range) in counts.iter_mut().zip([certain, possible]) {
                // Both ends may lie in one event.
                let such = fired.get(range).unwrap_or_default().iter().filter(|event| is_such(event));
                *count += such.count() as u64;
            }
        }
        counts
    }
}

impl Interval {
    /// Whether an event may belong to it.
    pub fn may_hold(&self, log: u32, place: u32) -> bool {
        let at = |marks: &[usize]| marks.get(log as usize).copied().unwrap_or(0);
        (at(&self.from[0].done)..at(&self.to[1].begun)).contains(&(place as usize))
    }
}
