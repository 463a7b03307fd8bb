//! A subscriber that does not read: its queue is bounded, and what does not fit is counted where it is
//! missing.

mod common;

use common::Reader;
use tracepoints::{Event, Lost, Subscription, drain, tracepoint};

#[derive(Event)]
#[event(provider = "queue")]
struct Fired<'a> {
    number: u64,
    data: &'a [u8],
}

const QUEUE: usize = 64 << 10;

fn start(name: &str) -> Subscription {
    Subscription::builder().pattern(name).queue_bytes(QUEUE).batch_bytes(8 << 10).start().unwrap()
}

#[test]
fn the_newest_events_are_lost_and_gaps_say_where() {
    let mut subscription = start("queue:fired");
    let mut reader = Reader::default();
    let mut numbers = Vec::new();
    let mut next = 0;
    for round in 1..=10u64 {
        // Several passes without a reader: what fits first stays.
        for _ in 0..5 {
            for _ in 0..300 * round {
                tracepoint!(Fired { number: next, data: &[1; 33] });
                next += 1;
            }
            drain::pass();
            assert!(subscription.queued_bytes() <= QUEUE);
            let stats = subscription.stats();
            assert!(stats.queued_bytes <= QUEUE && stats.queue_bytes == QUEUE);
        }
        reader.read_waiting(&mut subscription, |event| numbers.push(event.payload.u64(0)));
    }
    reader.finish(subscription, |event| numbers.push(event.payload.u64(0)));
    assert!(numbers.is_sorted());
    let lost = reader.losses();
    assert!(lost.queue_full > 0);
    assert_eq!(lost, Lost { queue_full: lost.queue_full, ..Lost::default() });
    assert_eq!(numbers.len() as u64 + lost.queue_full, next);
    assert_eq!(reader.next_sequence, next);
}

#[test]
fn a_slow_subscriber_does_not_cost_another_one_anything() {
    let slow = start("queue:both");
    let mut quick = start("queue:both");
    let mut reader = Reader::default();
    for number in 0..20_000u64 {
        tracepoint!(queue::both, number: u64 = number);
        if number % 100 == 0 {
            reader.drain(&mut quick, |_| {});
        }
    }
    reader.finish(quick, |_| {});
    assert_eq!((reader.events(), reader.losses().total()), (20_000, 0));
    let mut late = Reader::default();
    late.finish(slow, |_| {});
    assert!(late.losses().queue_full > 0);
    assert_eq!(late.events() + late.losses().queue_full, 20_000);
}

#[test]
fn a_queue_without_room_for_anything_counts_everything() {
    let subscription = Subscription::builder().pattern("queue:nothing").queue_bytes(0).start().unwrap();
    for number in 0..100u64 {
        tracepoint!(queue::nothing, number: u64 = number);
    }
    let mut reader = Reader::default();
    reader.finish(subscription, |_| unreachable!("there is no room for an event"));
    assert_eq!(reader.losses(), Lost { queue_full: 100, ..Lost::default() });
}
