//! The wall clock is set while events are watched. It has nothing to say about when events happened: their times are
//! of the monotonic clock, which cannot be set.
#![cfg(target_os = "linux")]

mod common;

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use common::{Sockets, connect, read_events};
use tracepoint_core::{Event, clock, tracepoint};
use tracepoint_ipc::Request;

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

/// Seconds that the wall clock of this process was set forward.
static STEP: AtomicI64 = AtomicI64::new(0);

/// What all of this program calls instead of the system's own.
///
/// # Safety
///
/// `time` is valid for writes.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(id: libc::clockid_t, time: *mut libc::timespec) -> libc::c_int {
    // SAFETY: by the caller.
    unsafe {
        let result = libc::syscall(libc::SYS_clock_gettime, id, time) as libc::c_int;
        if result == 0 && id == libc::CLOCK_REALTIME {
            (*time).tv_sec += STEP.load(Ordering::Relaxed) as libc::time_t;
        }
        result
    }
}

const HOUR: i64 = 3600;
const NANOS: i64 = 1_000_000_000;

#[test]
fn setting_the_wall_clock_changes_neither_the_times_nor_the_order_of_events() {
    let before = SystemTime::now();
    STEP.store(HOUR, Ordering::Relaxed);
    let hour = SystemTime::now().duration_since(before).unwrap();
    assert!(hour >= Duration::from_secs(HOUR as u64), "the clock of this program can be set");
    STEP.store(0, Ordering::Relaxed);

    let sockets = Sockets::new();
    // Timeouts that an hour would be far too long for.
    let builder = sockets.builder("node").idle_timeout(Duration::from_secs(1800));
    let exporter = builder.stall_timeout(Duration::from_secs(1800)).start().unwrap();
    let client = connect(&exporter);
    let mut stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
    let at_start = client.info().unwrap().utc_offset;
    let mut last = clock::now();
    for (nonce, step) in [0, HOUR, -24 * HOUR, 0].into_iter().enumerate() {
        STEP.store(step, Ordering::Relaxed);
        let earliest = clock::now();
        tracepoint!(Ping { nonce: nonce as u64 });
        let batches = read_events(&mut stream, 1);
        let event = batches[0].events().next().unwrap().unwrap();
        assert_eq!((event.get::<Ping>().unwrap().nonce, event.sequence()), (nonce as u64, nonce as u64));
        // A reading of the clocks is that exact at worst.
        let slack = 1_000_000;
        assert!(
            event.time() + slack >= earliest && event.time() <= clock::now() + slack,
            "a step of {step} s"
        );
        assert!(event.time() > last, "a step of {step} s");
        last = event.time();

        // Whoever attaches now is told the wall clock of now; nobody's times change.
        let moved = client.info().unwrap().utc_offset - at_start;
        let asked = step * NANOS;
        assert!((moved - asked).abs() < NANOS, "moved by {moved} ns, asked for {asked}");
    }
    assert_eq!(exporter.connections(), 1, "no timeout came early");
    let (_, stats) = stream.close().unwrap();
    assert_eq!((stats.delivered(), stats.lost().total()), (4, 0));
}
