//! Texts and bytes of every length, beside numbers of every size: short ones are copied by the probe itself, longer ones
//! with a call, and events that a predicate has looked at in a third way. Whatever the way, and whatever the memory of
//! the ring held before, the same bytes come out.

mod common;

use common::Reader;
use tracepoints::wire::{ENVELOPE_WORDS, RawEvent};
use tracepoints::{Decode, Event, Subscription, tracepoint};

#[derive(Event, Debug, Clone, PartialEq)]
#[event(provider = "length")]
struct Fired<'a> {
    flag: bool,
    number: u64,
    text: &'a str,
    small: u8,
    signed: i16,
    missing: Option<u32>,
    data: &'a [u8],
    ratio: f32,
    other: Option<&'a str>,
    last: bool,
}

#[derive(Event)]
#[event(provider = "length")]
struct Noise<'a> {
    bytes: &'a [u8],
}

/// What is fired: all lengths of the text, then all lengths of the data.
fn all(each: impl FnMut(Fired<'_>)) {
    let text: String = ('!'..='~').cycle().take(200).collect();
    let data: Vec<u8> = (1..=255).cycle().take(200).collect();
    let lengths =
        (0..200).map(|length| (length, length % 3)).chain((0..200).map(|length| (length % 5, length)));
    lengths
        .enumerate()
        .map(|(number, (text_length, data_length))| Fired {
            flag: number % 2 == 0,
            number: number as u64,
            text: &text[..text_length],
            small: number as u8,
            signed: -(number as i16),
            missing: (number % 3 == 0).then_some(number as u32),
            data: &data[..data_length],
            ratio: number as f32 / 2.0,
            other: (number % 4 == 0).then_some("another"),
            last: number % 2 == 1,
        })
        .for_each(each);
}

/// Fires all of them into memory that was full of ones, and gives what arrives, without the envelopes.
fn arriving(mut subscription: Subscription) -> Vec<Vec<u8>> {
    let mut reader = Reader::default();
    let mut arrived = Vec::new();
    let mut expected = Vec::new();
    let mut take = |event: RawEvent<'_>| {
        if event.payload.words() > 1 {
            let fired = Fired::decode(event.payload).unwrap();
            let bytes = event.bytes()[ENVELOPE_WORDS * 8..].to_vec();
            arrived.push((format!("{fired:?}"), bytes));
        }
    };
    let ones = vec![0xff; 1_000];
    all(|fired| {
        // More than a chunk, which is then begun anew.
        (0..80).for_each(|_| tracepoint!(Noise { bytes: &ones }));
        reader.drain(&mut subscription, &mut take);
        expected.push(format!("{fired:?}"));
        tracepoint!(fired);
        reader.drain(&mut subscription, &mut take);
    });
    reader.finish(subscription, |_| {});
    assert_eq!(reader.losses().total(), 0);
    let (fired, bytes): (Vec<_>, Vec<_>) = arrived.into_iter().unzip();
    assert_eq!(fired, expected);
    bytes
}

#[test]
fn the_same_bytes_come_out_whatever_the_way() {
    let plain = arriving(Subscription::builder().pattern("length:*").start().unwrap());
    // A predicate makes all events of the tracepoint take another way.
    let all = Subscription::builder().pattern("length:fired").filter("number >= 0").start().unwrap();
    assert_eq!(plain, arriving(all));
}
