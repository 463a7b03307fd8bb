//! The first hit of a tracepoint in a process in which nobody ever looked at tracepoints.
//!
//! The only test of its binary: any other would look.

use std::sync::atomic::{AtomicU32, Ordering};

use tracepoints::{Event, Registration, enabled, tracepoint, tracepoints};

#[derive(Event)]
#[event(provider = "first")]
struct Hit {
    number: u32,
}

#[derive(Event)]
#[event(provider = "first")]
struct Asked {
    number: u32,
}

static EVALUATED: AtomicU32 = AtomicU32::new(0);

fn evaluated() -> u32 {
    EVALUATED.fetch_add(1, Ordering::Relaxed)
}

fn hit() {
    tracepoint!(Hit { number: evaluated() });
    tracepoint!(first::inline, number: u32 = evaluated());
}

#[test]
fn arguments_are_not_evaluated_at_the_first_hit_nor_at_the_second() {
    hit();
    hit();
    assert!(!enabled!(Asked));
    tracepoint!(Asked { number: evaluated() });
    assert_eq!(EVALUATED.load(Ordering::Relaxed), 0);

    // All are known nevertheless, and were before they were hit.
    let known: Vec<_> = tracepoints().iter().map(|it| (it.descriptor().name, it.registration())).collect();
    let startup = Registration::Startup;
    assert_eq!(known, [("asked", startup), ("hit", startup), ("inline", startup)]);

    let mut seen = tracepoints::capture("first:*");
    hit();
    assert!(enabled!(Asked));
    assert_eq!(EVALUATED.load(Ordering::Relaxed), 2);
    assert_eq!(seen.take().len(), 2);
}
