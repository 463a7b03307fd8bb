//! Events that are larger than a chunk of a ring span several, and arrive whole.

mod common;

use common::Reader;
use tracepoints::{Capture, Event, Lost, Subscription, capture, pool::Limits, tracepoint};

/// Words of records in a chunk.
const CHUNK_WORDS: usize = (64 * 1024 - 64) / 8;

#[derive(Event, Debug, PartialEq)]
#[event(provider = "large")]
struct Block<'a> {
    height: u32,
    bytes: &'a [u8],
}

fn pattern(len: usize) -> Vec<u8> {
    (0u32..).flat_map(|at| at.wrapping_mul(0x9e37_79b1).to_le_bytes()).take(len).collect()
}

#[test]
fn four_megabytes_arrive_intact_between_small_events() {
    let mut seen = capture("large:block");
    let block = pattern(4_000_000);
    tracepoint!(Block { height: 0, bytes: &[] });
    tracepoint!(Block { height: 1, bytes: &block });
    tracepoint!(Block { height: 2, bytes: &block[1..] });
    tracepoint!(Block { height: 3, bytes: &[7] });
    let events = seen.take();
    let sizes: Vec<_> = events.iter().map(|event| event.get::<Block>().unwrap().bytes.len()).collect();
    assert_eq!(sizes, [0, 4_000_000, 3_999_999, 1]);
    assert!(events[1].get::<Block>().unwrap().bytes == block);
    assert!(events[2].get::<Block>().unwrap().bytes == &block[1..]);
}

#[derive(Event)]
#[event(provider = "large")]
struct Around<'a> {
    number: u64,
    text: &'a str,
    data: &'a [u8],
}

#[test]
fn every_length_around_the_ends_of_one_chunk_and_of_two() {
    let mut seen = capture("large:around");
    let text = "t".repeat(3 * CHUNK_WORDS * 8);
    let data = pattern(3 * CHUNK_WORDS * 8);
    for chunks in [1, 2] {
        let end = chunks * CHUNK_WORDS * 8;
        for len in end - 100..end + 20 {
            // The end of the chunk in a text, with its NUL; in data; and between two.
            let fired = [(&text[..len], &data[..0]), ("", &data[..len]), (&text[..len - 24], &data[..24])];
            for (number, (text, data)) in (0..).zip(fired) {
                tracepoint!(Around { number, text, data });
            }
            let events = seen.take();
            assert_eq!(events.len(), 3);
            for (event, (text, data)) in events.iter().zip(fired) {
                let read: Around = event.get().unwrap();
                assert!((read.text, read.data) == (text, data), "event {} of {len} bytes", read.number);
            }
        }
    }
}

#[test]
fn an_event_over_the_limit_is_lost_whole_and_counted() {
    let limit = Limits::default().event_bytes;
    let bytes = vec![1; limit + 1];
    let mut subscription =
        Subscription::builder().pattern("large:limited").queue_bytes(64 << 20).start().unwrap();
    let fire = |len: usize| tracepoint!(large::limited, bytes: &[u8] = &bytes[..len]);
    let mut reader = Reader::default();
    let mut lengths = Vec::new();
    fire(1);
    fire(limit + 1);
    reader.drain(&mut subscription, |event| lengths.push(event.payload.data(0).unwrap().len()));
    // Some words of the limit are the event's own.
    fire(limit - 64);
    fire(limit);
    fire(2);
    reader.drain(&mut subscription, |event| lengths.push(event.payload.data(0).unwrap().len()));
    assert_eq!(lengths, [1, limit - 64, 2]);
    assert_eq!(reader.losses(), Lost { too_large: 2, ..Lost::default() });
    reader.finish(subscription, |_| unreachable!());
}

#[test]
fn a_large_event_goes_to_all_who_listen() {
    let mut seen: Vec<_> = (0..3).map(|_| Capture::new(&["large:shared"]).unwrap()).collect();
    let bytes = pattern(200_000);
    tracepoint!(large::shared, bytes: &[u8] = &bytes);
    for seen in &mut seen {
        let events = seen.take();
        assert_eq!(events.len(), 1);
        assert!(events[0].raw().payload.data(0).unwrap() == bytes);
    }
}
