//! Whatever values of whatever types are fired, they arrive.

mod everything;

use std::sync::Mutex;

use everything::{Everything, everything, huge, nothing};
use proptest::prelude::*;
use tracepoints::{capture, tracepoint};

/// A capture sees the events of all threads.
static TURN: Mutex<()> = Mutex::new(());

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_arrives_as_it_was(fired in everything()) {
        let _turn = TURN.lock();
        let mut seen = capture("everything:everything");
        tracepoint!(fired.clone());
        let events = seen.take();
        prop_assert_eq!(events.len(), 1);
        prop_assert_eq!(&events[0].get::<Everything>().unwrap(), &fired);
    }
}

#[test]
fn nothing_and_very_much_arrive_too() {
    let _turn = TURN.lock();
    for fired in [nothing(), huge()] {
        let mut seen = capture("everything:everything");
        tracepoint!(fired.clone());
        let events = seen.take();
        assert_eq!(events.len(), 1);
        assert!(events[0].get::<Everything>().unwrap() == fired);
    }
}
