//! Bytes from anywhere are read without trust: damage gives an error or other values, never a panic.

use std::sync::LazyLock;

use proptest::prelude::*;
use tracepoints::wire::{Frames, RawEvent};
use tracepoints::{Decode, DecodeError, Event, StructReader, Value, capture, tracepoint};

#[derive(Value, Debug, PartialEq)]
enum Kind {
    First,
    Second,
}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "damaged")]
struct Message<'a> {
    flag: bool,
    number: u64,
    text: &'a str,
    kind: Kind,
    data: &'a [u8],
    hash: &'a [u8; 32],
}

/// Some messages back to back, as they leave the process.
fn messages() -> Vec<u8> {
    static MESSAGES: LazyLock<Vec<u8>> = LazyLock::new(fire_and_capture);
    MESSAGES.clone()
}

fn fire_and_capture() -> Vec<u8> {
    let mut seen = capture("damaged:message");
    for number in 0..4u64 {
        let data = vec![number as u8; number as usize * 5];
        tracepoint!(Message {
            flag: true,
            number,
            text: &"text"[..number as usize],
            kind: Kind::Second,
            data: &data,
            hash: &[7; 32],
        });
    }
    seen.take().iter().flat_map(|event| event.raw().bytes().to_vec()).collect()
}

/// Reads all that can be read, at places where there may be nothing.
fn read_everything(payload: StructReader<'_>, depth: u32) {
    for place in [0, 1, 2, 3, 7, 63, 64, 1 << 16, u32::MAX / 8, u32::MAX] {
        let _ = (payload.bool(place), payload.u8(place), payload.u16(place), payload.u32(place));
        let _ = (payload.u64(place), payload.i64(place), payload.f64(place));
        let _ = (payload.text(place), payload.data(place));
        if let Ok(inner) = payload.structure(place) {
            if depth < 2 {
                read_everything(inner, depth + 1);
            }
        }
    }
    let _ = Message::decode(payload);
}

fn read_all(bytes: &[u8]) -> Vec<Result<RawEvent<'_>, DecodeError>> {
    let events: Vec<_> = Frames::new(bytes).collect();
    for event in events.iter().flatten() {
        read_everything(event.payload, 0);
    }
    events
}

#[test]
fn a_cut_stream_gives_the_messages_before_the_cut_and_one_error() {
    let bytes = messages();
    let ends: Vec<_> = Frames::new(&bytes)
        .scan(0, |end, event| {
            *end += event.unwrap().bytes().len();
            Some(*end)
        })
        .collect();
    for cut in 0..bytes.len() {
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let events = read_all(&bytes[..cut]);
        let at_an_end = cut == 0 || ends.contains(&cut);
        assert_eq!(events.len(), whole + usize::from(!at_an_end), "cut at {cut}");
        assert!(events[..whole].iter().all(Result::is_ok));
        assert!(at_an_end || events[whole].is_err());
    }
}

#[test]
fn each_single_bit_may_be_wrong() {
    let bytes = messages();
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        read_all(&damaged);
    }
}

/// Where addresses have 32 bits, adding up the parts of such a pointer goes around.
#[test]
fn pointers_may_lead_as_far_as_they_can() {
    const FARTHEST: u64 = 0x1fff_ffff;
    let sound = messages();
    for word in 0..sound.len() / 8 {
        for offset in FARTHEST - 2 * word as u64..=FARTHEST {
            // Structs and lists, of little and of as much as there can be.
            for rest in [1 << 32, u64::MAX << 32, 1 | 2 << 32 | 8 << 35, 1 | u64::MAX << 35 | 6 << 32] {
                let mut damaged = sound.clone();
                damaged[word * 8..word * 8 + 8].copy_from_slice(&u64::to_le_bytes(offset << 2 | rest));
                read_all(&damaged);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_words_may_be_wrong(
        words in prop::collection::vec((any::<prop::sample::Index>(), any::<u64>()), 1..6),
    ) {
        let mut bytes = messages();
        for (place, word) in words {
            let at = place.index(bytes.len() / 8) * 8;
            bytes[at..at + 8].copy_from_slice(&word.to_le_bytes());
        }
        read_all(&bytes);
    }

    #[test]
    fn any_bytes_may_come(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
        if let Ok(root) = StructReader::root(&bytes) {
            read_everything(root, 0);
        }
    }

    /// Small numbers are more often pointers that lead somewhere.
    #[test]
    fn any_small_words_may_come(words in prop::collection::vec(0u64..1 << 40, 1..50)) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        read_all(&bytes);
        if let Ok(root) = StructReader::root(&bytes) {
            read_everything(root, 0);
        }
    }
}
