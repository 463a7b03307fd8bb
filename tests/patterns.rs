//! Subscriptions get what their patterns say, each its own.

mod common;

use common::Reader;
use tracepoints::{Event, SubscribeError, Subscription, drain, enabled, tracepoint};

macro_rules! events {
    ($($event:ident $name:literal,)*) => {$(
        #[derive(Event)]
        #[event(provider = "patterns", name = $name)]
        struct $event {
            number: u32,
        }
    )*};
}
events! {
    BlockAdded "block_added",
    BlockRemoved "block_removed",
    TxAdded "tx_added",
    TxRemoved "tx_removed",
}

fn start(patterns: &[&str]) -> Subscription {
    Subscription::builder().patterns(patterns).start().unwrap()
}

fn fire_all(number: u32) {
    tracepoint!(BlockAdded { number });
    tracepoint!(BlockRemoved { number });
    tracepoint!(TxAdded { number });
    tracepoint!(TxRemoved { number });
}

/// Names of the events that wait, in their order.
fn names(subscription: &mut Subscription, reader: &mut Reader) -> Vec<&'static str> {
    let mut tags = Vec::new();
    reader.drain(subscription, |event| tags.push(event.tag));
    let all = tracepoints::tracepoints();
    tags.iter().map(|tag| all[usize::from(*tag) - 1].descriptor().name).collect()
}

/// Other tests of this file fire the same events.
static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[test]
fn several_subscriptions_get_exactly_theirs() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let expected: [(&[&str], &[&str]); 6] = [
        (&["patterns:block_added"], &["block_added"]),
        (&["patterns:block_*"], &["block_added", "block_removed"]),
        (&["*_added"], &["block_added", "tx_added"]),
        (&["patterns:{tx,block}_removed"], &["block_removed", "tx_removed"]),
        (
            &["patterns:tx_*", "patterns:block_added", "*:tx_added"],
            &["block_added", "tx_added", "tx_removed"],
        ),
        (&["*"], &["block_added", "block_removed", "tx_added", "tx_removed"]),
    ];
    let mut subscriptions: Vec<_> = expected.iter().map(|(patterns, _)| start(patterns)).collect();
    fire_all(1);
    for (subscription, (patterns, expected)) in subscriptions.iter_mut().zip(expected) {
        let mut reader = Reader::default();
        assert_eq!(names(subscription, &mut reader), expected, "{patterns:?}");
        // Numbered for each subscription on its own.
        assert_eq!(reader.next_sequence, expected.len() as u64);
    }
    for (subscription, (_, expected)) in subscriptions.into_iter().zip(expected) {
        let mut subscription = subscription;
        let stats = subscription.close();
        let offered: Vec<_> = stats.tracepoints.iter().map(|it| it.tracepoint.descriptor().name).collect();
        assert_eq!(offered, expected);
        assert!(stats.tracepoints.iter().all(|it| it.offered == 1 && it.delivered == 1));
    }
}

#[test]
fn gates_are_off_after_the_last_subscription_is_gone() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let on = || [enabled!(BlockAdded), enabled!(BlockRemoved), enabled!(TxAdded), enabled!(TxRemoved)];
    assert_eq!(on(), [false; 4]);
    let first = start(&["patterns:block_*"]);
    let mut second = start(&["patterns:*_added"]);
    assert_eq!(on(), [true, true, true, false]);
    drop(first);
    assert_eq!(on(), [true, false, true, false]);
    second.close();
    assert_eq!(on(), [false; 4]);
    second.close();
    drop(second);
    assert_eq!(on(), [false; 4]);
}

#[test]
fn new_patterns_replace_the_old_ones_without_a_gap() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut subscription = start(&["patterns:block_*"]);
    let mut reader = Reader::default();
    fire_all(1);
    subscription.update(&["patterns:*_added"]).unwrap();
    fire_all(2);
    // What was fired before the change and matched then is not taken back.
    assert_eq!(
        names(&mut subscription, &mut reader),
        ["block_added", "block_removed", "block_added", "tx_added"]
    );
    let wanted: Vec<_> = subscription.tracepoints().iter().map(|it| it.descriptor().name).collect();
    assert_eq!(wanted, ["block_added", "tx_added"]);

    let refused = subscription.update(&["patterns:nonsense"]);
    assert!(matches!(refused, Err(SubscribeError::NoMatch { .. })), "{refused:?}");
    fire_all(3);
    assert_eq!(names(&mut subscription, &mut reader), ["block_added", "tx_added"], "as before");

    subscription.update(&["patterns:block_*"]).unwrap();
    fire_all(4);
    assert_eq!(names(&mut subscription, &mut reader), ["block_added", "block_removed"]);
    reader.finish(subscription, |_| unreachable!());
    assert_eq!(reader.losses().total(), 0);
    assert!(!enabled!(BlockAdded));
}

#[test]
fn refusals_say_why() {
    let refused = |patterns: &[&str]| Subscription::builder().patterns(patterns).start().unwrap_err();
    assert_eq!(refused(&[]), SubscribeError::NoPattern);
    assert!(matches!(refused(&[""]), SubscribeError::BadPattern { .. }));
    assert!(matches!(refused(&["patterns:tx added"]), SubscribeError::BadPattern { .. }));
    let SubscribeError::NoMatch { pattern, similar } = refused(&["patterns:tx_added", "patterns:tx_aded"])
    else {
        panic!("the second one matches nothing")
    };
    assert_eq!(pattern, "patterns:tx_aded");
    assert!(similar.contains(&"patterns:tx_added".to_owned()), "{similar:?}");
    assert!(matches!(refused(&["*"; 257]), SubscribeError::TooManyPatterns { .. }));
}

#[test]
fn a_closed_subscription_stays_closed() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut subscription = start(&["patterns:tx_added"]);
    tracepoint!(TxAdded { number: 1 });
    subscription.close();
    tracepoint!(TxAdded { number: unreachable() });
    assert_eq!(subscription.update(&["patterns:tx_added"]), Err(SubscribeError::Closed));
    assert!(subscription.tracepoints().is_empty());
    drain::pass();
    let batch = subscription.next_batch().expect("what was fired before");
    assert_eq!(batch.count, 1);
    assert!(subscription.next_batch().is_none());
    assert_eq!(subscription.stats().tracepoints[0].delivered, 1);
}

fn unreachable() -> u32 {
    unreachable!("nobody listens")
}
