//! How events come in batches: bounded in size, sealed when they are due, and used again.

mod common;

use std::time::Duration;

use common::Reader;
use tracepoints::{Event, Subscription, drain, tracepoint, tracepoints};

#[derive(Event)]
#[event(provider = "batches")]
struct Sized<'a> {
    number: u64,
    data: &'a [u8],
}

#[test]
fn a_batch_is_no_larger_than_asked_for_and_a_larger_event_has_its_own() {
    const BATCH: usize = 8 << 10;
    let mut subscription =
        Subscription::builder().pattern("batches:sized").batch_bytes(BATCH).start().unwrap();
    let data = vec![1; 3 * BATCH];
    let lengths: Vec<_> =
        (0..1_000).map(|number| if number % 100 == 50 { 3 * BATCH } else { number }).collect();
    for (number, len) in lengths.iter().enumerate() {
        tracepoint!(Sized { number: number as u64, data: &data[..*len] });
    }
    subscription.close();
    let mut reader = Reader::default();
    let (mut batches, mut full) = (0, 0);
    while let Some(batch) = subscription.next_batch() {
        let bytes = batch.events.len();
        assert!(bytes <= BATCH || batch.count == 1, "{} events in {bytes} bytes", batch.count);
        batches += 1;
        full += usize::from(bytes > BATCH / 2);
        reader.read(&batch, |_| {});
        subscription.recycle(batch);
    }
    assert_eq!((reader.events(), reader.losses().total()), (1_000, 0));
    assert!(full * 4 > batches * 3, "most of {batches} batches are more than half full, but only {full}");
}

/// Places for batches are made in advance, and who asks for a long queue may be another process.
#[test]
fn a_long_queue_has_no_small_batches() {
    let long = Subscription::builder().pattern("batches:long").queue_bytes(1 << 30).batch_bytes(4096);
    let mut subscription = long.start().unwrap();
    let data = [0; 1000];
    for _ in 0..1_000 {
        tracepoint!(batches::long, data: &[u8] = &data);
    }
    subscription.close();
    let batch = subscription.next_batch().expect("events");
    assert!(batch.events.len() > 200 << 10, "{} bytes", batch.events.len());
}

#[test]
fn an_event_waits_for_its_batch_as_long_as_asked_for_and_no_longer_than_its_subscription() {
    let start = |interval| {
        Subscription::builder().pattern("batches:waiting").flush_interval(interval).start().unwrap()
    };
    tracepoint!(batches::waiting, number: u64 = 0);
    let mut at_once = start(Duration::ZERO);
    let mut patient = start(Duration::from_secs(24 * 60 * 60));
    tracepoint!(batches::waiting, number: u64 = 1);
    drain::pass();
    assert_eq!(at_once.next_batch().expect("due at once").count, 1);
    assert!(patient.next_batch().is_none(), "not due for a day");
    assert!(patient.stats().queued_bytes > 0);

    tracepoint!(batches::waiting, number: u64 = 2);
    drain::pass();
    assert!(patient.next_batch().is_none());
    patient.close();
    assert_eq!(patient.next_batch().expect("due at the end").count, 2);
}

#[test]
fn while_batches_wait_the_open_one_goes_on_to_fill() {
    let mut subscription = Subscription::builder().pattern("batches:filling").start().unwrap();
    let fire = |number: u64| tracepoint!(batches::filling, number: u64 = number);
    for number in 0..10 {
        fire(number);
        drain::pass();
    }
    let mut counts = Vec::new();
    for _ in 0..2 {
        while let Some(batch) = subscription.next_batch() {
            counts.push(batch.count);
        }
        drain::pass();
    }
    assert_eq!(counts, [1, 9]);
}

#[test]
fn a_batch_says_how_many_tracepoints_there_are_so_that_each_tag_is_known() {
    let mut subscription = Subscription::builder().pattern("batches:tagged").start().unwrap();
    tracepoint!(batches::tagged,);
    drain::pass();
    let batch = subscription.next_batch().expect("an event");
    let mut tags = Vec::new();
    Reader::default().read(&batch, |event| tags.push(event.tag));
    assert!(u32::from(tags[0]) <= batch.tracepoints && batch.tracepoints as usize <= tracepoints().len());
    assert_eq!(tracepoints()[usize::from(tags[0]) - 1].descriptor().to_string(), "batches:tagged");
}

#[test]
fn the_memory_of_a_batch_is_used_again() {
    let mut subscription = Subscription::builder().pattern("batches:recycled").start().unwrap();
    let mut seen = std::collections::HashSet::new();
    for number in 0..100u64 {
        tracepoint!(batches::recycled, number: u64 = number);
        drain::pass();
        let batch = subscription.next_batch().expect("an event");
        assert_eq!(batch.count, 1);
        seen.insert(batch.events.as_ptr() as usize);
        subscription.recycle(batch);
    }
    // The one that is open, the one that was read, and a spare one.
    assert!(seen.len() <= 3, "{} buffers", seen.len());
}
