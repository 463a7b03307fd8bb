//! Bytes that travel by reference arrive as copied ones do.

use std::sync::Arc;

use tracepoints::{Event, Type, capture, tracepoint};

fn pattern(len: usize) -> Vec<u8> {
    (0u32..).flat_map(|at| at.wrapping_mul(0x9e37_79b1).to_le_bytes()).take(len).collect()
}

/// Around where bytes are referred to instead of copied, and up to many chunks of a ring.
fn lengths() -> impl Iterator<Item = usize> {
    (0..20).chain((500..=8200).step_by(77)).chain(2040..2060).chain([65_000, 65_536, 100_000, 4_000_000])
}

#[derive(Event)]
#[event(provider = "byref")]
struct Copied<'a> {
    number: u64,
    text: &'a str,
    first: &'a [u8],
    middle: &'a [u8],
    second: &'a str,
    last: &'a [u8],
}

#[derive(Event)]
#[event(provider = "byref")]
struct Referred<'a> {
    number: u64,
    text: &'a str,
    first: Arc<[u8]>,
    middle: &'a [u8],
    second: Arc<str>,
    last: &'a Arc<Vec<u8>>,
}

#[test]
fn the_same_bytes_arrive_as_by_copy() {
    assert_eq!(Referred::DESCRIPTOR.fields[2].ty, Type::Data);
    let mut seen = capture("byref:{copied,referred}");
    for (number, len) in (0..).zip(lengths()) {
        let data = pattern(len);
        let text = "t".repeat(len / 2 + 1000);
        let (first, last): (Arc<[u8]>, _) = (data.as_slice().into(), Arc::new(pattern(len / 3)));
        for middle in [&[][..], b"between", &data] {
            tracepoint!(Copied { number, text: "before", first: &data, middle, second: &text, last: &last });
            tracepoint!(Referred {
                number,
                text: "before",
                first: first.clone(),
                middle,
                second: text.as_str().into(),
                last: &last
            });
            let events = seen.take();
            assert_eq!(events.len(), 2);
            let [copied, referred] = [0, 1].map(|event: usize| events[event].raw().bytes());
            assert_eq!(copied.len(), referred.len());
            // All but the envelope, which has the time and the tag.
            assert!(copied[48..] == referred[48..], "{len} bytes");
        }
        assert_eq!((Arc::strong_count(&first), Arc::strong_count(&last)), (1, 1));
    }
}
