//! However often events are lost between others, each gap is told where it is.

mod common;

use common::Reader;
use tracepoints::{Subscription, drain, tracepoint};

#[test]
fn a_subscriber_that_does_not_read_gets_each_gap_in_its_place() {
    const QUEUE: usize = 64 << 10;
    let subscription =
        Subscription::builder().pattern("gaps:sized").queue_bytes(QUEUE).batch_bytes(QUEUE).start().unwrap();
    // Every other one has no room in the queue, the small ones have.
    let large = vec![0; QUEUE];
    for number in 0..200u64 {
        tracepoint!(gaps::sized, number: u64 = number, data: &[u8] = &large);
        tracepoint!(gaps::sized, number: u64 = number, data: &[u8] = &[]);
    }
    drain::pass();
    let mut reader = Reader::default();
    reader.finish(subscription, |_| {});
    assert!(reader.losses().queue_full >= 200);
    assert_eq!(reader.next_sequence, 400);
}
