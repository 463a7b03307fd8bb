//! What is fired, and how much of it there was.

use std::sync::{Arc, LazyLock};

use tracepoints::{Event, tracepoint};

use crate::calls::Calls;

/// All events begin with the same fields. `serial` counts the events of a producer of each tracepoint.
#[derive(Event)]
#[event(provider = "soak")]
pub struct Small<'a> {
    pub producer: u32,
    pub serial: u64,
    pub name: &'a str,
}

#[derive(Event)]
#[event(provider = "soak")]
pub struct Message<'a> {
    pub producer: u32,
    pub serial: u64,
    pub name: &'a str,
    pub payload: &'a [u8],
}

/// At another site, handed over by reference.
#[derive(Event)]
#[event(provider = "soak", name = "message")]
struct SharedMessage<'a> {
    producer: u32,
    serial: u64,
    name: &'a str,
    payload: &'a Arc<[u8]>,
}

/// The tracepoints, by the name behind `soak:`.
pub const NAMES: [&str; 2] = ["small", "message"];

/// What clients ask for; see [`is_wanted`].
pub const PREDICATE: &str = "serial >= 1000 && name == \"block\"";

/// The meaning of [`PREDICATE`].
pub fn is_wanted(serial: u64, name: &str) -> bool {
    serial >= 1000 && name == "block"
}

const WORDS: [&str; 4] = ["block", "tx", "inv", "headers"];

/// The text of an event.
pub fn name(serial: u64) -> &'static str {
    WORDS[(serial % 4) as usize]
}

const SHARED_BYTES: usize = 400_000;

static DATA: LazyLock<Arc<[u8]>> =
    LazyLock::new(|| (0..SHARED_BYTES as u32).map(|at| (at.wrapping_mul(0x9e37_79b1) >> 24) as u8).collect());

/// The payload of a message: of 100 bytes to 3 kB mostly, of 100 kB at times, and rarely a large one.
pub fn payload(serial: u64) -> &'static [u8] {
    &DATA[..len(serial)]
}

fn len(serial: u64) -> usize {
    match serial % 1_000 {
        0 => SHARED_BYTES,
        500 => 100_000,
        small => 100 + (small as usize * 37) % 2_900,
    }
}

/// Events of each tracepoint: all, and those that are wanted.
#[derive(Debug, Default, Clone, Copy)]
pub struct Fired {
    pub all: [u64; 2],
    pub wanted: [u64; 2],
}

impl Fired {
    pub fn add(&mut self, other: &Fired) {
        for at in 0..2 {
            self.all[at] += other.all[at];
            self.wanted[at] += other.wanted[at];
        }
    }

    fn next(&mut self, kind: usize) -> u64 {
        let serial = self.all[kind];
        self.all[kind] += 1;
        self.wanted[kind] += u64::from(is_wanted(serial, name(serial)));
        serial
    }

    pub fn small(&mut self, producer: u32, calls: &mut Calls) {
        let serial = self.next(0);
        calls.time(&[], || tracepoint!(Small { producer, serial, name: name(serial) }));
    }

    pub fn message(&mut self, producer: u32, calls: &mut Calls) {
        let serial = self.next(1);
        let (name, payload) = (name(serial), payload(serial));
        if payload.len() == SHARED_BYTES {
            let payload = &*DATA;
            calls.time(&[], || tracepoint!(SharedMessage { producer, serial, name, payload }));
        } else {
            calls.time(payload, || tracepoint!(Message { producer, serial, name, payload }));
        }
    }
}
