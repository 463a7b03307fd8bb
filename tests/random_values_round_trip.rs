//! Whatever values are fired, and however long, they arrive.

use proptest::prelude::*;
use tracepoints::{Event, capture, tracepoint};

/// Payload bytes that fit a chunk of a ring, with some room for headers: where records begin to span.
const CHUNK: usize = 64 << 10;

#[derive(Event, Debug, PartialEq, Clone, Copy)]
#[event(provider = "random")]
struct Mixed<'a> {
    flag: bool,
    small: i8,
    text: &'a str,
    number: u64,
    data: &'a [u8],
    other: bool,
    float: f64,
    more: &'a str,
    short: u16,
}

/// Lengths around whole words, around the limit of a chunk, and any others.
fn length() -> impl Strategy<Value = usize> {
    prop_oneof![
        4 => prop::sample::select(vec![0usize, 1, 7, 8, 9, 15, 16, 17, 23, 24, 25]),
        1 => CHUNK - 300..CHUNK + 100,
        1 => 2 * CHUNK - 300..2 * CHUNK + 100,
        2 => 0usize..2_000,
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    (length(), any::<u64>()).prop_map(|(len, seed)| pattern(len, seed))
}

/// Text of a length in bytes, characters of all lengths in it.
fn text() -> impl Strategy<Value = String> {
    (length(), any::<u32>()).prop_map(|(len, seed)| {
        let mut text = String::with_capacity(len);
        for character in ["a", "ß", "€", "𝄞", "\0"].iter().cycle().skip(seed as usize % 5) {
            match len - text.len() {
                0 => break,
                left if left < character.len() => text.push_str(&"z".repeat(left)),
                _ => text.push_str(character),
            }
        }
        text
    })
}

/// Bytes in which a shifted, doubled or missing word shows.
fn pattern(len: usize, seed: u64) -> Vec<u8> {
    let word = |at: u64| (at ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
    (0..).flat_map(word).take(len).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_values_arrive_as_they_were(
        (flag, other, small, short, number, bits) in any::<(bool, bool, i8, u16, u64, u64)>(),
        text in text(),
        data in bytes(),
        more in text(),
    ) {
        let fired =
            Mixed { flag, small, text: &text, number, data: &data, other, float: 0.0, more: &more, short };
        let mut seen = capture("random:mixed");
        tracepoint!(Mixed { float: f64::from_bits(bits), ..fired });
        let events = seen.take();
        prop_assert_eq!(events.len(), 1);
        let read: Mixed = events[0].get().unwrap();
        prop_assert_eq!(read.float.to_bits(), bits);
        prop_assert_eq!(Mixed { float: 0.0, ..read }, fired);
    }

    #[test]
    fn records_of_random_lengths_follow_each_other(lengths in prop::collection::vec(length(), 1..30)) {
        let mut seen = capture("random:sized");
        for (number, len) in lengths.iter().enumerate() {
            let data = pattern(*len, number as u64);
            tracepoint!(random::sized, number: u64 = number as u64, data: &[u8] = &data);
        }
        let events = seen.take();
        prop_assert_eq!(events.len(), lengths.len());
        for (number, (event, len)) in events.iter().zip(lengths).enumerate() {
            let payload = event.raw().payload;
            prop_assert_eq!(payload.u64(0), number as u64);
            prop_assert!(payload.data(0).unwrap() == pattern(len, number as u64), "{} bytes", len);
        }
    }
}
