//! `fastrace`: events under a root span for each burst, as a span holds no more than some ten thousand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fastrace::Span;
use fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};
use fastrace::local::LocalSpan;
use fastrace::prelude::Event;

use crate::workload::{ADDR, CONNECTION, KIND, MESSAGE};

/// Counts the events that it is given.
struct Count(Arc<AtomicU64>);

impl Reporter for Count {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        let events: usize = spans.iter().map(|span| span.events.len()).sum();
        self.0.fetch_add(events as u64, Ordering::Relaxed);
    }
}

/// The collector of this process.
pub struct Collector {
    seen: Arc<AtomicU64>,
    fired: u64,
}

impl Collector {
    /// Collects all spans of this process.
    pub fn install() -> Self {
        let seen = Arc::new(AtomicU64::new(0));
        fastrace::set_reporter(Count(seen.clone()), Config::default());
        Collector { seen, fired: 0 }
    }

    /// Calls `fire` within a root span.
    pub fn within<T>(&self, fire: impl FnOnce() -> T) -> T {
        let root = Span::root("burst", SpanContext::random());
        let _parent = root.set_local_parent();
        fire()
    }

    /// Hands over what was fired, and expects so many events more.
    ///
    /// # Panics
    ///
    /// Some were lost.
    pub fn settle(&mut self, events: u64) {
        fastrace::flush();
        self.fired += events;
        assert_eq!(self.seen.load(Ordering::Relaxed), self.fired, "fastrace lost events");
        crate::pace::pause();
    }
}

/// Fires S.
#[inline(always)]
pub fn fire_small(id: u64, name: &str) {
    LocalSpan::add_event(Event::new("small").with_properties(|| {
        [
            ("id", id.to_string()),
            ("amount", (-(id as i64)).to_string()),
            ("kind", KIND.to_string()),
            ("name", name.to_owned()),
        ]
    }));
}

/// Fires P; bytes only go as text.
#[inline(always)]
pub fn fire_message(id: u64, payload: &[u8]) {
    LocalSpan::add_event(Event::new("message").with_properties(|| {
        [
            ("peer_id", id.to_string()),
            ("addr", ADDR.to_owned()),
            ("connection_type", CONNECTION.to_owned()),
            ("message_type", MESSAGE.to_owned()),
            ("payload", format!("{payload:?}")),
        ]
    }));
}
