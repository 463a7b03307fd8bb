//! Tracepoints in signal handlers. Handlers are process-wide, so the test is alone in its binary.
#![cfg(unix)]

mod common;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::{Reader, StopOnDrop, Watchdog};
use tracepoints::{Event, Lost, Subscription, drain, tracepoint};

#[derive(Event)]
#[event(provider = "signal")]
struct Handled {
    number: u64,
}

#[derive(Event)]
#[event(provider = "signal")]
struct Interrupted<'a> {
    number: u64,
    data: &'a [u8],
}

static HANDLED: AtomicU64 = AtomicU64::new(0);

extern "C" fn handler(_: libc::c_int) {
    tracepoint!(Handled { number: HANDLED.fetch_add(1, Ordering::Relaxed) });
}

fn install() {
    let handler: extern "C" fn(libc::c_int) = handler;
    // SAFETY: all zeros is a valid `sigaction`; the handler only fires a tracepoint.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_RESTART;
        assert_eq!(libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut()), 0);
    }
}

fn raise() -> u64 {
    // SAFETY: there is a handler for it.
    assert_eq!(unsafe { libc::raise(libc::SIGUSR1) }, 0);
    HANDLED.load(Ordering::Relaxed)
}

#[test]
fn events_of_signal_handlers_are_delivered_or_counted_as_nested() {
    let _watchdog = Watchdog::over("signals");
    install();
    raise();
    let mut subscription =
        Subscription::builder().pattern("signal:*").queue_bytes(512 << 20).start().unwrap();
    let mut reader = Reader::default();
    let before = HANDLED.load(Ordering::Relaxed);

    // In the arguments, nothing is written yet: both arrive, that of the handler first.
    let mut tags = Vec::new();
    tracepoint!(Interrupted { number: raise(), data: &[] });
    reader.drain(&mut subscription, |event| tags.push(event.payload.u64(0)));
    assert_eq!(tags, [before, before + 1]);

    // Anywhere else, often, in a thread that writes most of the time.
    const SIGNALS: u64 = 20_000;
    let stop = AtomicBool::new(false);
    let fired = std::thread::scope(|scope| {
        let (victim, stop) = (std::sync::mpsc::channel(), &stop);
        let firing = scope.spawn(move || {
            // The first event of a thread allocates, which must not happen in a handler.
            tracepoint!(Interrupted { number: 0, data: &[] });
            // SAFETY: cannot fail.
            victim.0.send(unsafe { libc::pthread_self() } as usize).unwrap();
            let mut fired = 1;
            while !stop.load(Ordering::Relaxed) {
                tracepoint!(Interrupted { number: fired, data: &[1; 8_000] });
                fired += 1;
            }
            fired
        });
        let stopping = StopOnDrop(stop);
        let thread = victim.1.recv().unwrap() as libc::pthread_t;
        for signal in 0..SIGNALS {
            // SAFETY: the thread lives until it is told to stop.
            assert_eq!(unsafe { libc::pthread_kill(thread, libc::SIGUSR1) }, 0);
            if signal % 16 == 0 {
                drain::pass();
                reader.read_waiting(&mut subscription, |_| {});
            }
        }
        drop(stopping);
        firing.join().unwrap()
    });
    let handled = HANDLED.load(Ordering::Relaxed) - before;
    assert!(handled > 1, "the signals arrived");
    reader.drain(&mut subscription, |_| {});
    let stats = subscription.stats();
    for tracepoint in &stats.tracepoints {
        let (lost, offered) = (tracepoint.lost, tracepoint.offered);
        if tracepoint.tracepoint.descriptor().name == "handled" {
            assert_eq!(offered, handled);
            assert_eq!(lost, Lost { nested: lost.nested, ring_full: lost.ring_full, ..Lost::default() });
        } else {
            assert_eq!(offered, fired + 1);
            assert_eq!(lost, Lost { ring_full: lost.ring_full, ..Lost::default() }, "none is nested");
        }
    }
    reader.finish(subscription, |_| unreachable!());
}
