//! The same events, in a unit test.

use crate::event::{Decode, DecodeError};
use crate::wire::{Frames, RawEvent};
use crate::{Descriptor, SubscribeError, Subscription, SubscriptionStats, Tracepoint, drain};

/// Collects the events that match a pattern, from all threads: for unit tests. No thread, no socket.
///
/// # Panics
///
/// If no tracepoint matches; [`Capture::new`] returns the error instead.
///
/// ```
/// use tracepoints::{Event, capture, tracepoint};
///
/// #[derive(Event, Debug, PartialEq)]
/// #[event(provider = "wallet")]
/// struct Opened<'a> { name: &'a str }
///
/// let mut seen = capture("wallet:*");
/// tracepoint!(Opened { name: "savings" });
/// let events = seen.take();
/// assert_eq!(events[0].get::<Opened>(), Ok(Opened { name: "savings" }));
/// ```
#[track_caller]
pub fn capture(pattern: &str) -> Capture {
    match Capture::new(&[pattern]) {
        Ok(capture) => capture,
        Err(error) => panic!("{error}"),
    }
}

/// Events that are collected in the process; see [`capture`].
///
/// ```
/// use tracepoints::{Capture, tracepoint};
///
/// let mut seen = Capture::new(&["doc:first", "doc:second"])?;
/// tracepoint!(doc::first, number: u32 = 1);
/// tracepoint!(doc::second, number: u32 = 2);
/// assert_eq!(seen.take().len(), 2);
/// assert_eq!(seen.take().len(), 0);
/// # Ok::<(), tracepoints::SubscribeError>(())
/// ```
#[derive(Debug)]
pub struct Capture {
    subscription: Subscription,
    tracepoints: Vec<&'static Tracepoint>,
}

/// Enough for a test; what is beyond is lost and counted.
const QUEUE_BYTES: usize = 256 << 20;

impl Capture {
    /// Starts to collect.
    ///
    /// # Errors
    ///
    /// As [`SubscriptionBuilder::start`](crate::SubscriptionBuilder::start).
    pub fn new(patterns: &[&str]) -> Result<Self, SubscribeError> {
        let subscription = Subscription::builder().patterns(patterns).queue_bytes(QUEUE_BYTES).start()?;
        Ok(Capture { subscription, tracepoints: crate::tracepoints() })
    }

    /// Takes what was fired since the last call, merged over threads by time.
    pub fn take(&mut self) -> Vec<Captured> {
        drain::pass();
        self.subscription.seal();
        let mut events = Vec::new();
        while let Some(batch) = self.subscription.next_batch() {
            for raw in Frames::new(&batch.events).flatten() {
                events.push(self.own(raw));
            }
            self.subscription.recycle(batch);
        }
        events
    }

    /// What became of the events.
    pub fn stats(&self) -> SubscriptionStats {
        self.subscription.stats()
    }

    fn own(&mut self, raw: RawEvent<'_>) -> Captured {
        let index = usize::from(raw.tag) - 1;
        if index >= self.tracepoints.len() {
            self.tracepoints = crate::tracepoints();
        }
        Captured { descriptor: self.tracepoints[index].descriptor(), frame: raw.bytes().into() }
    }
}

/// An event that was collected.
///
/// ```
/// use tracepoints::{capture, tracepoint};
///
/// let mut seen = capture("doc:step");
/// tracepoint!(doc::step, number: u32 = 7);
/// let event = &seen.take()[0];
/// assert_eq!(event.name(), "doc:step");
/// assert_eq!(event.raw().payload.u32(0), 7);
/// ```
#[derive(Debug, Clone)]
pub struct Captured {
    descriptor: &'static Descriptor,
    frame: Box<[u8]>,
}

impl Captured {
    /// Its full name: `net:ping`.
    pub fn name(&self) -> String {
        self.descriptor.to_string()
    }

    /// Its description.
    pub fn descriptor(&self) -> &'static Descriptor {
        self.descriptor
    }

    /// Whether it is of a type.
    pub fn is<'a, E: Decode<'a>>(&'a self) -> bool {
        self.descriptor.type_id == E::DESCRIPTOR.type_id
    }

    /// The event as its own type, read in place.
    ///
    /// # Errors
    ///
    /// It is of another type.
    pub fn get<'a, E: Decode<'a>>(&'a self) -> Result<E, DecodeError> {
        if !self.is::<E>() {
            return Err(DecodeError::WrongEvent);
        }
        E::decode(self.raw().payload)
    }

    /// Time, sequence, thread, and the fields by offset.
    pub fn raw(&self) -> RawEvent<'_> {
        RawEvent::new(&self.frame).expect("checked when it was taken")
    }
}
