//! A tracepoint: the static that stands for one event in the program.

mod list;

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};

use self::list::{Link, List};
use crate::filter::Selector;
use crate::gate::{Stamp, UNREGISTERED};
use crate::loss::Losses;
use crate::{Descriptor, Gate};

/// How the registry came to know of a tracepoint.
///
/// ```
/// use tracepoint_core::Registration;
/// assert_eq!(Registration::Startup.to_string(), "startup");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Before `main`, or when its library was loaded.
    Startup,
    /// When a thread first came by, as nothing had announced it.
    FirstHit,
    /// By [`register`](crate::register).
    RunTime,
}

impl fmt::Display for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Registration::Startup => "startup",
            Registration::FirstHit => "first hit",
            Registration::RunTime => "run time",
        })
    }
}

/// A tracepoint that can be registered, listed and listened to.
///
/// `#[derive(Event)]` makes one for each event.
///
/// ```
/// use tracepoints::Event;
///
/// #[derive(Event)]
/// #[event(provider = "net")]
/// struct Pong { nonce: u64 }
///
/// let all = tracepoints::tracepoints();
/// assert!(all.iter().any(|tracepoint| tracepoint.descriptor().to_string() == "net:pong"));
/// ```
pub struct Tracepoint {
    descriptor: &'static Descriptor,
    gate: &'static Gate,
    losses: &'static Losses,
    registration: AtomicU8,
    /// Place in the list of those that announced themselves.
    announced: Link,
    /// Place in the list of those that were ever registered.
    registered: Link,
}

impl Tracepoint {
    /// A tracepoint that is not registered yet.
    #[doc(hidden)]
    pub const fn new(descriptor: &'static Descriptor, gate: &'static Gate, losses: &'static Losses) -> Self {
        Tracepoint {
            descriptor,
            gate,
            losses,
            registration: AtomicU8::new(Registration::Startup as u8),
            announced: Link::new(),
            registered: Link::new(),
        }
    }

    /// Names, types, layout and documentation.
    pub fn descriptor(&self) -> &'static Descriptor {
        self.descriptor
    }

    /// Whether anybody listens.
    #[inline]
    pub fn is_enabled(&self) -> bool {
        !matches!(self.gate.glance(), 0 | UNREGISTERED)
    }

    /// How the registry came to know of it.
    pub fn registration(&self) -> Registration {
        match self.registration.load(Ordering::Relaxed) {
            0 => Registration::Startup,
            1 => Registration::FirstHit,
            _ => Registration::RunTime,
        }
    }

    /// Its number in this process; events carry it plus one as their tag. `None` if it is not registered.
    pub fn index(&self) -> Option<u16> {
        self.gate.registered_index()
    }

    /// Opens the gate for the owner of a slot, who wants what a selector lets through, or all events. `latest` is
    /// the latest generation.
    pub(crate) fn open(&self, slot: usize, latest: Stamp, selector: Option<&'static Selector>) {
        self.losses.set_selector(slot, selector);
        self.gate.open(slot, latest, selector.is_some());
    }

    pub(crate) fn set_index(&'static self, index: u16) {
        self.gate.set_index(index);
        REGISTERED.push(self);
    }

    /// Back to the time before it was registered, as the world is a new one. Only in a forked child.
    #[cfg_attr(not(all(unix, not(miri))), expect(dead_code, reason = "without fork"))]
    pub(crate) fn forget(&'static self) {
        self.gate.unregister();
        self.announce(self.registration());
    }

    /// All that were ever registered.
    #[cfg_attr(not(all(unix, not(miri))), expect(dead_code, reason = "without fork"))]
    pub(crate) fn registered() -> impl Iterator<Item = &'static Tracepoint> {
        REGISTERED.iter()
    }

    pub(crate) fn set_registration(&self, how: Registration) {
        self.registration.store(how as u8, Ordering::Relaxed);
    }

    pub(crate) fn gate(&self) -> &'static Gate {
        self.gate
    }

    pub(crate) fn losses(&self) -> &'static Losses {
        self.losses
    }

    /// Puts it on the list that the registry will look at. Lock-free; once for each tracepoint.
    pub(crate) fn announce(&'static self, how: Registration) {
        if !self.gate.register() {
            return;
        }
        self.set_registration(how);
        ANNOUNCED.push(self);
    }

    /// Whether there is anything to take.
    pub(crate) fn any_announced() -> bool {
        !ANNOUNCED.is_empty()
    }

    /// Takes all that were announced since the last call.
    pub(crate) fn take_announced() -> impl Iterator<Item = &'static Tracepoint> {
        ANNOUNCED.take()
    }
}

static ANNOUNCED: List = List::new(|tracepoint| &tracepoint.announced);
static REGISTERED: List = List::new(|tracepoint| &tracepoint.registered);

impl fmt::Debug for Tracepoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tracepoint({})", self.descriptor)
    }
}

/// What the derive puts on the list of tracepoints that are known before their first hit.
#[doc(hidden)]
#[derive(Debug)]
pub struct Known(pub &'static Tracepoint);

inventory::collect!(Known);
