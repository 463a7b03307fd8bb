//! Subscribing and unsubscribing against a probe in flight.

use loom::sync::Arc;
use loom::thread;

use crate::gate::{Gate, Generation, Stamp};
use crate::loss::{Cause, Losses};

const SLOT: usize = 0;

/// What a probe does, up to the record.
fn probe(gate: &Gate) -> Option<Stamp> {
    let look = gate.look();
    (look.slots() & 1 << SLOT != 0).then_some(look.stamp())
}

#[test]
fn an_event_never_belongs_to_a_later_owner_of_the_slot_that_does_not_want_it() {
    loom::model(|| {
        let generation = Generation::new();
        let gate = Arc::new(Gate::closed());
        let first = generation.next();
        gate.open(SLOT, generation.latest(), false);

        let firing = {
            let gate = gate.clone();
            thread::spawn(move || [probe(&gate), probe(&gate)])
        };
        // The first subscription goes; the next one gets its slot, but does not want this tracepoint.
        gate.close(SLOT);
        let second = generation.next();
        for stamp in firing.join().unwrap().into_iter().flatten() {
            assert!(stamp.belongs_to(first));
            assert!(!stamp.belongs_to(second), "delivered to a subscription that did not ask for it");
        }
    });
}

#[test]
fn losses_are_charged_to_the_subscription_that_the_event_was_fired_for() {
    loom::model(|| {
        let generation = Generation::new();
        let gate = Arc::new(Gate::closed());
        let losses = Arc::new(Losses::new());
        let first = generation.next();
        losses.adopt(SLOT, first);
        gate.open(SLOT, generation.latest(), false);

        let firing = {
            let (gate, losses) = (gate.clone(), losses.clone());
            thread::spawn(move || {
                let stamp = probe(&gate);
                if let Some(stamp) = stamp {
                    losses.count(1 << SLOT, stamp, Cause::RingFull);
                }
                stamp
            })
        };
        gate.close(SLOT);
        let second = generation.next();
        losses.adopt(SLOT, second);
        gate.open(SLOT, generation.latest(), false);
        let stamp = firing.join().unwrap();
        let charged = losses.read(SLOT, second).ring_full;
        let own = stamp.is_some_and(|stamp| stamp.belongs_to(second));
        assert_eq!(charged, u64::from(own));
    });
}

#[test]
fn an_event_fired_after_subscribing_belongs_to_the_subscription() {
    loom::model(|| {
        let generation = Generation::new();
        let gate = Arc::new(Gate::closed());
        let ready = Arc::new(loom::sync::atomic::AtomicBool::new(false));

        let firing = {
            let (gate, ready) = (gate.clone(), ready.clone());
            thread::spawn(move || {
                let subscribed = ready.load(loom::sync::atomic::Ordering::Acquire);
                (subscribed, probe(&gate))
            })
        };
        let owner = generation.next();
        gate.open(SLOT, generation.latest(), false);
        ready.store(true, loom::sync::atomic::Ordering::Release);
        let (subscribed, stamp) = firing.join().unwrap();
        if subscribed {
            assert!(stamp.is_some_and(|stamp| stamp.belongs_to(owner)), "the event was missed");
        }
    });
}
