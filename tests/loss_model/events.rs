//! The events, and the ways to fire them.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, LazyLock};

use tracepoints::pool::Wake;
use tracepoints::{Event, Type, Value, tracepoint};

use crate::log::{Fate, Fired, Kind, Log};

/// All events begin with the same fields, so that predicates make sense for all of them.
#[derive(Event)]
#[event(provider = "loss")]
struct Small<'a> {
    log: u32,
    place: u32,
    number: u64,
    word: &'a str,
}

#[derive(Event)]
#[event(provider = "loss")]
struct Blob<'a> {
    log: u32,
    place: u32,
    number: u64,
    word: &'a str,
    data: &'a [u8],
}

/// The same tracepoint, at another site, whose data is not copied there.
#[derive(Event)]
#[event(provider = "loss", name = "blob")]
struct SharedBlob<'a> {
    log: u32,
    place: u32,
    number: u64,
    word: &'a str,
    data: &'a Arc<[u8]>,
}

/// Fires others while it is written.
#[derive(Event)]
#[event(provider = "loss")]
struct Outer<'a> {
    log: u32,
    place: u32,
    number: u64,
    word: &'a str,
    list: &'a [Teller<'a>],
}

#[derive(Event)]
#[event(provider = "loss")]
struct Inner<'a> {
    log: u32,
    place: u32,
    number: u64,
    word: &'a str,
}

/// An element of a list that fires an event each time that one looks: when it is measured, which is before
/// anything is written, and when it is written.
struct Teller<'a> {
    log: &'a Log,
    number: u64,
    word: &'static str,
    looks: Cell<u32>,
}

impl Value for Teller<'_> {
    const TYPE: Type = Type::Text;
    type Lowered<'v>
        = &'v str
    where
        Self: 'v;
    fn lower(&self) -> &str {
        let fate = if self.looks.replace(self.looks.get() + 1) == 0 { Fate::Usual } else { Fate::Nested };
        fire_inner(self.log, self.number, self.word, fate);
        self.word
    }
}

/// Bytes that differ from place to place.
static DATA: LazyLock<Vec<u8>> =
    LazyLock::new(|| (0..300_000u32).map(|at| (at.wrapping_mul(0x9e37_79b1) >> 24) as u8).collect());

/// The data of an event: others have other ones.
pub fn data(number: u64, len: usize) -> &'static [u8] {
    &DATA[number as usize..][..len]
}

/// What is fired.
#[derive(Debug, Clone)]
pub enum Shot {
    Small,
    Blob(usize),
    Shared(usize),
    Outer(usize),
    Inner,
}

impl Shot {
    pub fn fire(&self, log: &Log, number: u64, word: &'static str) {
        let note = |kind, len| {
            let place = log.note(Fired { kind, number, word, len, fate: Fate::Usual });
            (log.number, place)
        };
        match *self {
            Shot::Small => {
                let (log, place) = note(Kind::Small, 0);
                tracepoint!(Small { log, place, number, word });
            }
            Shot::Blob(len) => {
                let (log, place) = note(Kind::Blob, len);
                tracepoint!(Blob { log, place, number, word, data: data(number, len) });
            }
            Shot::Shared(len) => {
                let data: Arc<[u8]> = data(number, len).into();
                let (log, place) = note(Kind::Blob, len);
                tracepoint!(SharedBlob { log, place, number, word, data: &data });
            }
            Shot::Outer(len) => {
                let list: Vec<_> = (0..len as u64)
                    .map(|at| Teller { log, number: (number + at) % 16, word, looks: Cell::new(0) })
                    .collect();
                let (log, place) = note(Kind::Outer, 0);
                tracepoint!(Outer { log, place, number, word, list: &list });
            }
            Shot::Inner => fire_inner(log, number, word, Fate::Usual),
        }
        log.settle();
    }
}

fn fire_inner(log: &Log, number: u64, word: &'static str, fate: Fate) {
    let place = log.note(Fired { kind: Kind::Inner, number, word, len: 0, fate });
    tracepoint!(Inner { log: log.number, place, number, word });
}

thread_local! {
    /// Set before the first event of the thread, and so destroyed after its ring.
    static LOG: RefCell<Option<Local>> = const { RefCell::new(None) };
}

/// The log of the thread.
struct Local {
    log: Arc<Log>,
    /// Whether it fires once more when it is destroyed.
    last_words: bool,
}

impl Drop for Local {
    fn drop(&mut self) {
        if self.last_words {
            fire_inner(&self.log, 3, "late", Fate::ThreadGone);
        }
        self.log.settle();
    }
}

/// Makes a log known to what fires in this thread on its own.
pub fn adopt(log: &Arc<Log>) {
    LOG.set(Some(Local { log: log.clone(), last_words: false }));
}

/// Fires once more when the thread's ring is gone, if it has one.
pub fn leave_last_words() {
    LOG.with_borrow_mut(|local| {
        local.as_mut().expect("adopted").last_words = tracepoints::current_thread().is_some();
    });
}

/// Fires within the probe that finds the pool low.
pub struct FireNested;

impl Wake for FireNested {
    fn wake(&self) {
        let _ = LOG.try_with(|local| {
            if let Some(local) = &*local.borrow() {
                fire_inner(&local.log, 7, "block", Fate::Nested);
            }
        });
    }
}
