//! Every type that a field can have comes out of a capture as it went in.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use tracepoints::{DecodeError, Event, Type, Value, capture, tracepoint};

#[derive(Event, Debug, PartialEq)]
#[event(provider = "types")]
struct Integers {
    a: i8,
    b: u64,
    c: i16,
    d: u8,
    e: i32,
    f: u16,
    g: i64,
    h: u32,
    i: isize,
    j: usize,
}

#[test]
fn integers_at_their_extremes() {
    let mut seen = capture("types:integers");
    let least = Integers {
        a: i8::MIN,
        b: u64::MIN,
        c: i16::MIN,
        d: u8::MIN,
        e: i32::MIN,
        f: u16::MIN,
        g: i64::MIN,
        h: u32::MIN,
        i: isize::MIN,
        j: usize::MIN,
    };
    let most = Integers {
        a: i8::MAX,
        b: u64::MAX,
        c: i16::MAX,
        d: u8::MAX,
        e: i32::MAX,
        f: u16::MAX,
        g: i64::MAX,
        h: u32::MAX,
        i: isize::MAX,
        j: usize::MAX,
    };
    let minus_one = Integers { a: -1, b: 1, c: -1, d: 1, e: -1, f: 1, g: -1, h: 1, i: -1, j: 1 };
    let all = [least, most, minus_one];
    for event in &all {
        tracepoint!(Integers { ..*event });
    }
    let events = seen.take();
    assert_eq!(events.iter().map(|event| event.get::<Integers>().unwrap()).collect::<Vec<_>>(), all);
}

#[derive(Event)]
#[event(provider = "types")]
struct Floats {
    single: f32,
    double: f64,
}

#[test]
fn floats_keep_every_bit() {
    let mut seen = capture("types:floats");
    let bits: [(u32, u64); 9] = [
        (0, 0),
        (0x8000_0000, 0x8000_0000_0000_0000), // -0.0
        (1, 1),                               // the smallest above zero
        (f32::MAX.to_bits(), f64::MAX.to_bits()),
        (f32::INFINITY.to_bits(), f64::INFINITY.to_bits()),
        (f32::NEG_INFINITY.to_bits(), f64::NEG_INFINITY.to_bits()),
        (0x7fc0_0000, 0x7ff8_0000_0000_0000), // NaN
        (0xffc1_2345, 0xfff8_1234_5678_9abc), // NaN with sign and payload
        (1.5f32.to_bits(), std::f64::consts::PI.to_bits()),
    ];
    for (single, double) in bits {
        tracepoint!(Floats { single: f32::from_bits(single), double: f64::from_bits(double) });
    }
    let events = seen.take();
    assert_eq!(events.len(), bits.len());
    for (event, bits) in events.iter().zip(bits) {
        let Floats { single, double } = event.get().unwrap();
        assert_eq!((single.to_bits(), double.to_bits()), bits);
    }
}

#[derive(Event, Debug, PartialEq, Default, Clone)]
#[event(provider = "types")]
struct Bools {
    a: bool,
    b: bool,
    c: bool,
    between: u8,
    d: bool,
    e: bool,
    f: bool,
    g: bool,
    h: bool,
    i: bool,
}

#[test]
fn bools_do_not_disturb_their_neighbours() {
    let mut seen = capture("types:bools");
    let all: Vec<Bools> = (0..512u32)
        .map(|bits| {
            let bit = |place: u32| bits >> place & 1 == 1;
            Bools {
                a: bit(0),
                b: bit(1),
                c: bit(2),
                between: !(bits as u8),
                d: bit(3),
                e: bit(4),
                f: bit(5),
                g: bit(6),
                h: bit(7),
                i: bit(8),
            }
        })
        .collect();
    for event in &all {
        tracepoint!(event.clone());
    }
    let events = seen.take();
    assert_eq!(events.iter().map(|event| event.get::<Bools>().unwrap()).collect::<Vec<_>>(), all);
}

#[derive(Event, Debug, PartialEq, Clone, Copy)]
#[event(provider = "types")]
struct Lists<'a> {
    text: &'a str,
    data: &'a [u8],
    more: &'a str,
}

#[test]
fn texts_and_data_empty_and_huge_and_in_any_script() {
    let mut seen = capture("types:lists");
    let long = "ä€𝄞".repeat(100_000);
    let bytes: Vec<u8> = (0..=255).cycle().take(300_001).collect();
    let all = [
        Lists { text: "", data: &[], more: "" },
        Lists { text: "a", data: &[0], more: "" },
        Lists { text: "", data: &[255; 7], more: "seven77" },
        Lists { text: "eight888", data: &[1; 8], more: "nine99999" },
        Lists { text: "fifteen15151515", data: &[2; 15], more: "sixteen161616161" },
        Lists { text: "a NUL\0 inside", data: b"\0\0", more: "\0" },
        Lists {
            text: "Grüße, 世界, مرحبا, 👋🏽", data: "ß".as_bytes(), more: "\u{10ffff}\u{feff}"
        },
        Lists { text: &long, data: &bytes, more: "behind it" },
    ];
    for event in &all {
        tracepoint!(*event);
    }
    let events = seen.take();
    assert_eq!(events.len(), all.len());
    for (event, fired) in events.iter().zip(all) {
        assert_eq!(event.get::<Lists>().unwrap(), fired);
    }
}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "types")]
struct Owned<'a> {
    string: String,
    boxed: Box<str>,
    text: Cow<'a, str>,
    bytes: Vec<u8>,
    slice: Box<[u8]>,
    data: Cow<'a, [u8]>,
}

#[test]
fn owned_and_borrowed_forms_of_text_and_data_are_alike() {
    let mut seen = capture("types:owned");
    let fired = || Owned {
        string: "one".into(),
        boxed: "two".into(),
        text: Cow::Owned("three".into()),
        bytes: vec![4; 4],
        slice: vec![5; 5].into(),
        data: Cow::Borrowed(&[6; 6]),
    };
    tracepoint!(fired());
    let events = seen.take();
    let read: Owned = events[0].get().unwrap();
    assert_eq!(read, fired());
    assert!(matches!(read.text, Cow::Borrowed(_)), "read in place");
    let types: Vec<_> = events[0].descriptor().fields.iter().map(|field| field.ty).collect();
    assert_eq!(types, [Type::Text, Type::Text, Type::Text, Type::Data, Type::Data, Type::Data]);
}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "types")]
struct Arrays<'a> {
    none: [u8; 0],
    txid: [u8; 32],
    odd: &'a [u8; 13],
}

#[test]
fn byte_arrays() {
    let mut seen = capture("types:arrays");
    let txid = std::array::from_fn(|at| at as u8);
    tracepoint!(Arrays { none: [], txid, odd: &[9; 13] });
    let events = seen.take();
    assert_eq!(events[0].get::<Arrays>().unwrap(), Arrays { none: [], txid, odd: &[9; 13] });
}

type PeerId = i64;

#[derive(Value, Debug, PartialEq, Clone, Copy)]
struct Txid([u8; 32]);

#[derive(Value, Debug, PartialEq, Clone, Copy)]
#[value(transparent)]
struct Amount {
    satoshis: i64,
}

#[derive(Value, Debug, PartialEq, Clone, Copy)]
struct Tagged<T>(T);

#[derive(Value, Debug, PartialEq, Clone, Copy)]
struct Name<'a>(&'a str);

#[derive(Value, Debug, PartialEq, Clone, Copy)]
enum Network {
    Unroutable,
    Ipv4,
    Ipv6,
    Onion,
}

#[derive(Event, Debug, PartialEq, Clone, Copy)]
#[event(provider = "types")]
struct Named<'a> {
    peer: PeerId,
    txid: Txid,
    fee: Amount,
    height: Tagged<u32>,
    label: Tagged<Name<'a>>,
    network: Network,
    wrapped: Tagged<Network>,
}

#[test]
fn aliases_newtypes_and_enums_travel_as_what_they_stand_for() {
    let mut seen = capture("types:named");
    let networks = [Network::Unroutable, Network::Ipv4, Network::Ipv6, Network::Onion];
    let fired = |network| Named {
        peer: -7,
        txid: Txid([0xab; 32]),
        fee: Amount { satoshis: i64::MAX },
        height: Tagged(840_000),
        label: Tagged(Name("savings")),
        network,
        wrapped: Tagged(network),
    };
    for network in networks {
        tracepoint!(fired(network));
    }
    let events = seen.take();
    assert_eq!(events.len(), networks.len());
    for (ordinal, (event, network)) in events.iter().zip(networks).enumerate() {
        assert_eq!(event.get::<Named>().unwrap(), fired(network));
        let slot = event.descriptor().fields[5].slot;
        assert_eq!(usize::from(event.raw().payload.u16(slot.offset)), ordinal);
    }
    let types: Vec<_> = events[0].descriptor().fields.iter().map(|field| field.ty).collect();
    assert_eq!(
        types,
        [Type::Int64, Type::Data, Type::Int64, Type::UInt32, Type::Text, Network::TYPE, Network::TYPE,]
    );
}

#[derive(Event)]
#[event(provider = "types")]
struct Pointers<'a> {
    plain: &'a u32,
    exclusive: &'a mut u32,
    boxed: Box<u32>,
    counted: Rc<u32>,
    shared: Arc<u32>,
    twice: &'a &'a str,
    text: Arc<str>,
    data: &'a Vec<u8>,
}

#[test]
fn references_and_pointers_travel_as_what_they_point_to() {
    let mut seen = capture("types:pointers");
    let (mut two, eight) = (2, vec![8]);
    tracepoint!(Pointers {
        plain: &1,
        exclusive: &mut two,
        boxed: Box::new(3),
        counted: Rc::new(4),
        shared: Arc::new(5),
        twice: &"six",
        text: "seven".into(),
        data: &eight,
    });
    let events = seen.take();
    let payload = events[0].raw().payload;
    let fields = events[0].descriptor().fields;
    let numbers: Vec<_> = (0..5).map(|field| payload.u32(fields[field].slot.offset)).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!(payload.text(fields[5].slot.offset), Ok("six"));
    assert_eq!(payload.text(fields[6].slot.offset), Ok("seven"));
    assert_eq!(payload.data(fields[7].slot.offset), Ok(&[8][..]));
}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "types")]
struct Nothing {}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "types")]
struct Unit;

#[test]
fn events_without_fields() {
    let mut seen = tracepoints::Capture::new(&["types:nothing", "types:unit"]).unwrap();
    tracepoint!(Nothing {});
    tracepoint!(Unit);
    tracepoint!(Nothing {});
    let events = seen.take();
    let names: Vec<_> = events.iter().map(|event| event.name()).collect();
    assert_eq!(names, ["types:nothing", "types:unit", "types:nothing"]);
    assert_eq!(events[0].get::<Nothing>(), Ok(Nothing {}));
    assert_eq!(events[1].get::<Unit>(), Ok(Unit));
}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "types", name = "raw")]
struct RawNames {
    r#type: u8,
    r#match: u16,
}

#[test]
fn raw_identifiers_lose_their_prefix() {
    let mut seen = capture("types:raw");
    tracepoint!(RawNames { r#type: 1, r#match: 2 });
    let events = seen.take();
    assert_eq!(events[0].get::<RawNames>().unwrap(), RawNames { r#type: 1, r#match: 2 });
    assert_eq!(events[0].descriptor().fields[0].name, "type");
}

#[test]
fn an_event_is_not_read_as_another_one() {
    let mut seen = capture("types:floats");
    tracepoint!(Floats { single: 1.0, double: 2.0 });
    let events = seen.take();
    assert!(events[0].is::<Floats>() && !events[0].is::<Integers>());
    assert_eq!(events[0].get::<Integers>(), Err(DecodeError::WrongEvent));
}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "types")]
struct Short<'a> {
    flag: bool,
    text: &'a str,
    data: &'a [u8],
}

/// The payload's bytes of one event, fired now.
fn payload_of(fired: Short<'_>) -> Vec<u8> {
    let mut seen = capture("types:short");
    tracepoint!(fired);
    let events = seen.take();
    events[0].raw().bytes()[tracepoints::wire::ENVELOPE_WORDS * 8..].to_vec()
}

#[test]
fn padding_is_zero_though_the_memory_was_used_before() {
    // Dirty memory: more than this thread's chunks, all ones, drained so that they are used again.
    let mut seen = capture("types:dirt");
    for _ in 0..20 {
        tracepoint!(types::dirt, data: &[u8] = &[255; 60_000]);
        assert_eq!(seen.take().len(), 1);
    }
    for len in 0..40 {
        let text = "x".repeat(len);
        let payload = payload_of(Short { flag: true, text: &text, data: &vec![255; len] });
        let mut expected = vec![0; 8];
        expected[0] = 1;
        let text_words = (len + 1).div_ceil(8);
        // List of bytes: kind, distance in words, element size, count.
        let list =
            |distance: usize, count: usize| 1 | (distance as u64) << 2 | 2 << 32 | (count as u64) << 35;
        expected.extend(list(1, len + 1).to_le_bytes());
        expected.extend(list(text_words, len).to_le_bytes());
        expected.extend(text.bytes());
        expected.resize(24 + text_words * 8, 0);
        expected.extend(vec![255; len]);
        expected.resize(expected.len().next_multiple_of(8), 0);
        assert_eq!(payload, expected, "texts and data of {len} bytes");
    }
}
