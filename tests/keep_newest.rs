//! A subscription that keeps what is newest loses the oldest batches, and says which.

use tracepoints::{Policy, Subscription, drain, tracepoint, wire::Frames};

#[test]
fn the_newest_events_are_kept_and_the_others_counted_where_they_were() {
    let mut recorder = Subscription::builder()
        .pattern("newest:*")
        .policy(Policy::KeepNewest)
        .queue_bytes(256 << 10)
        .batch_bytes(16 << 10)
        .start()
        .unwrap();
    let text = "x".repeat(100);
    let fire = |number: u64| match number % 3 {
        0 => tracepoint!(newest::rare, number: u64 = number, text: &str = &text),
        _ => tracepoint!(newest::usual, number: u64 = number),
    };
    let (mut seen, mut next, mut gaps, mut threads) = (0u64, 0, 0, 0);
    let mut check = |recorder: &mut Subscription, most: usize| {
        for batch in std::iter::from_fn(|| recorder.next_batch()).take(most) {
            // What was lost lies in front of the batch.
            let lost: u64 = batch.gaps.iter().map(|gap| gap.lost.total()).sum();
            gaps += lost;
            next += lost;
            threads += batch.threads.len();
            for event in Frames::new(&batch.events) {
                let event = event.unwrap();
                assert_eq!(event.sequence, next);
                next += 1;
                seen += 1;
            }
        }
    };
    for round in 0..40 {
        for number in 0..1_000 {
            fire(round * 1_000 + number);
        }
        drain::pass();
        // The reader takes some at times, and none at others.
        check(&mut recorder, if round % 5 == 0 { 3 } else { 0 });
        let stats = recorder.stats();
        assert!(stats.queued_bytes <= stats.queue_bytes, "{stats:?}");
    }
    let stats = recorder.close();
    check(&mut recorder, usize::MAX);
    let delivered: u64 = stats.tracepoints.iter().map(|counts| counts.delivered).sum();
    assert_eq!((seen, seen + gaps), (delivered, 40_000));
    assert_eq!(stats.lost().total(), gaps);
    assert!(gaps > 10_000, "{gaps}");
    assert_eq!(next, 40_000, "the last event is there");
    assert_eq!(threads, 1);
}

#[test]
fn an_event_larger_than_the_queue_leaves_what_is_in_it() {
    let mut recorder = Subscription::builder()
        .pattern("newest_large:*")
        .policy(Policy::KeepNewest)
        .queue_bytes(64 << 10)
        .batch_bytes(4 << 10)
        .start()
        .unwrap();
    tracepoint!(newest_large::event, data: &[u8] = &[1; 1_000]);
    tracepoint!(newest_large::event, data: &[u8] = &[2; 100_000]);
    let counts = recorder.close().tracepoints[0];
    assert_eq!((counts.delivered, counts.lost.queue_full), (1, 1));
}
