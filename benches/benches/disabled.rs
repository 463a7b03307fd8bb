//! What a probe costs when nobody listens.
//!
//! A loop without any probe is measured beside those that have one, and the report subtracts it. Each loop
//! exists four times, each copy placed differently in its cache line, and a call goes through all of them:
//! what is left is the cost of the probe, and not the luck of where the linker put it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use tracepoint_benches::harness::{Harness, Row, Run, Timing, timed};
use tracepoint_benches::limit::HandGate;
use tracepoint_benches::peers::fast;
use tracepoint_benches::workload::{KIND, NAME};
use tracepoints::{Event, tracepoint};

/// Loops through `$body` from `$from` to `$to`, `PAD` instructions off.
macro_rules! looped {
    ($name:ident($id:ident) $body:block) => {
        fn $name(calls: u64) -> Duration {
            #[inline(never)]
            fn copy<const PAD: usize>(calls: u64) {
                shift::<PAD>();
                for $id in 0..calls {
                    let $id = opaque($id);
                    $body
                }
            }
            let start = Instant::now();
            copy::<0>(calls.div_ceil(4));
            copy::<16>(calls.div_ceil(4));
            copy::<32>(calls.div_ceil(4));
            copy::<48>(calls.div_ceil(4));
            start.elapsed()
        }
    };
}

/// Moves what follows by so many bytes or words.
#[inline(always)]
fn shift<const PAD: usize>() {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    // SAFETY: does nothing.
    unsafe {
        std::arch::asm!(".rept {pad}", "nop", ".endr", pad = const PAD, options(nomem, nostack))
    }
}

/// The same number, but the compiler does not know it; in a register, where `black_box` takes it to memory.
#[inline(always)]
fn opaque(number: u64) -> u64 {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    {
        let mut number = number;
        // SAFETY: does nothing.
        unsafe { std::arch::asm!("/* {number} */", number = inout(reg) number, options(nomem, nostack)) }
        number
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    black_box(number)
}

/// Eight nanoseconds or so of other work, each step waiting for the one before.
#[inline(always)]
fn work(mut id: u64) -> u64 {
    for _ in 0..8 {
        id = id.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(7);
    }
    id
}

/// The loops of one contender: one probe, eight probes, and one beside work.
macro_rules! contender {
    ($name:ident, $probe:ident) => {
        mod $name {
            use super::*;
            looped! { tight(id) { $probe!(0, id); } }
            looped! { eight(id) {
                $probe!(0, id); $probe!(1, id); $probe!(2, id); $probe!(3, id);
                $probe!(4, id); $probe!(5, id); $probe!(6, id); $probe!(7, id);
            } }
            looped! { with_work(id) { $probe!(0, id); opaque(work(id)); } }
            pub const LOOPS: [fn(u64) -> Duration; 3] = [tight, eight, with_work];
        }
    };
}

macro_rules! nothing {
    ($number:literal, $id:ident) => {
        let _ = $id;
    };
}

static GATES: [HandGate; 8] = [const { HandGate::new() }; 8];

/// What is behind a gate that is open.
#[cold]
#[inline(never)]
fn taken(id: u64, amount: i64, kind: u32, name: &str) {
    black_box((id, amount, kind, name));
}

macro_rules! by_hand {
    ($number:literal, $id:ident) => {
        if GATES[$number].is_open() {
            taken($id, -($id as i64), KIND, NAME);
        }
    };
}

macro_rules! events {
    ($($event:ident)*) => {$(
        #[derive(Event)]
        #[event(provider = "disabled")]
        struct $event<'a> {
            id: u64,
            amount: i64,
            kind: u32,
            name: &'a str,
        }
    )*};
}
events! { A0 A1 A2 A3 A4 A5 A6 A7 }

macro_rules! ours {
    (0, $id:ident) => { ours!(A0 $id) };
    (1, $id:ident) => { ours!(A1 $id) };
    (2, $id:ident) => { ours!(A2 $id) };
    (3, $id:ident) => { ours!(A3 $id) };
    (4, $id:ident) => { ours!(A4 $id) };
    (5, $id:ident) => { ours!(A5 $id) };
    (6, $id:ident) => { ours!(A6 $id) };
    (7, $id:ident) => { ours!(A7 $id) };
    ($event:ident $id:ident) => {
        tracepoint!($event { id: $id, amount: -($id as i64), kind: KIND, name: NAME })
    };
}

macro_rules! by_log {
    ($number:literal, $id:ident) => {
        log::info!("id {} amount {} kind {KIND} name {NAME}", $id, -($id as i64))
    };
}

macro_rules! by_tracing {
    ($number:literal, $id:ident) => {
        tracing::info!(id = $id, amount = -($id as i64), kind = KIND, name = NAME)
    };
}

macro_rules! by_fastrace {
    ($number:literal, $id:ident) => {
        fast::fire_small($id, NAME)
    };
}

contender! { none, nothing }
contender! { hand, by_hand }
contender! { tracepoints_, ours }
contender! { logs, by_log }
contender! { traces, by_tracing }
contender! { fastraces, by_fastrace }

/// Starts a contender; `prepare` does what a program would have done.
fn start(run: fn(u64) -> Duration, prepare: fn()) -> Run {
    prepare();
    Box::new(run)
}

fn main() {
    let mut harness = Harness::new(env!("CARGO_TARGET_TMPDIR"), &[]);
    for (at, group) in ["tight loop", "8 probes", "with work"].into_iter().enumerate() {
        let row = |name, loops: [fn(u64) -> Duration; 3], prepare: fn()| -> Row {
            timed(name, move || start(loops[at], prepare))
        };
        harness.group(
            &format!("disabled/{group}"),
            Timing::BUSY,
            vec![
                row("no probe", none::LOOPS, || ()),
                row("limit: relaxed load and branch", hand::LOOPS, || {
                    GATES.iter().for_each(HandGate::perhaps_open);
                }),
                // Registered, as in any process that has an exporter.
                row("tracepoint!", tracepoints_::LOOPS, || drop(tracepoints::tracepoints())),
                row("log, max level off", logs::LOOPS, || ()),
                row("tracing, no subscriber", traces::LOOPS, || ()),
                row("fastrace, event with 4 properties, no parent", fastraces::LOOPS, || ()),
            ],
        );
    }
}
