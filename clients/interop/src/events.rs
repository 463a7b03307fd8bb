//! What is fired: values of every kind, and the ends of their ranges among them.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use tracepoints::{Event, Value, tracepoint};

/// An enum whose names change on their way through Cap'n Proto.
#[derive(Debug, Clone, Copy, Value)]
enum ConnectionType {
    Inbound,
    OutboundFullRelay,
    BlockRelayOnly,
}

/// A number of each size.
#[derive(Event)]
#[event(provider = "interop")]
struct Numbers {
    even: bool,
    tiny: i8,
    small: i16,
    medium: i32,
    large: i64,
    tiny_unsigned: u8,
    small_unsigned: u16,
    medium_unsigned: u32,
    large_unsigned: u64,
    single: f32,
    double: f64,
}

/// Text and bytes.
#[derive(Event)]
#[event(provider = "interop")]
struct Texts<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// The name is a word of the schema language.
    r#enum: ConnectionType,
}

/// Nothing but that it happened.
#[derive(Event)]
#[event(provider = "interop")]
struct Tick {}

/// A message from a peer.
#[derive(Event)]
#[event(provider = "interop")]
struct Message<'a> {
    peer_id: i64,
    connection_type: ConnectionType,
    message_type: &'a str,
    payload: &'a [u8],
    inbound: bool,
}

/// A reference to an output.
#[derive(Clone, Copy, Value)]
struct OutPoint<'a> {
    txid: &'a [u8; 32],
    vout: u32,
}

/// What a transaction spends.
#[derive(Clone, Copy, Value)]
struct Input<'a> {
    previous: OutPoint<'a>,
    sequence: Option<u32>,
    witness: &'a [&'a [u8]],
    label: Option<&'a str>,
}

/// Lists, structs, and values that may be missing, within each other.
#[derive(Event)]
#[event(provider = "interop")]
struct Transaction<'a> {
    inputs: &'a [Input<'a>],
    /// Where it was spent.
    spent: Option<OutPoint<'a>>,
    fee: Option<i64>,
    rate: Option<f64>,
    final_: Option<bool>,
    connection_type: Option<ConnectionType>,
    sizes: &'a [u32],
    flags: &'a [bool],
    names: &'a [&'a str],
    connections: &'a [ConnectionType],
    rates: &'a [f64],
    matrix: &'a [&'a [i16]],
    age: Duration,
    seen: SystemTime,
    from: IpAddr,
    waits: &'a [Duration],
}

const SIGNED: [i64; 8] = [0, 1, -1, i64::MIN, i64::MAX, i32::MIN as i64, 127, -128];
const UNSIGNED: [u64; 6] = [0, 1, u64::MAX, u64::MAX - 1, 1 << 63, 1 << 53 | 1];
const DOUBLES: [f64; 9] = [
    0.0,
    -0.0,
    1.5,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MIN_POSITIVE / 4.0,
    f64::MAX,
    1.0 / 3.0,
];
const TEXTS: [&str; 7] = ["", "inv", "größe", "比特币", "🧡\u{10ffff}", "a\0b", "\u{1b}[2J \"\\\n"];
const CONNECTIONS: [ConnectionType; 3] =
    [ConnectionType::Inbound, ConnectionType::OutboundFullRelay, ConnectionType::BlockRelayOnly];
/// Every byte there is, twice.
const BYTES: [u8; 512] = {
    let mut bytes = [0; 512];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = at as u8;
        at += 1;
    }
    bytes
};

fn pick<T: Copy>(from: &[T], number: u64) -> T {
    from[(number % from.len() as u64) as usize]
}

/// Fires the event with this number.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any value will do")]
pub fn fire(number: u64) {
    // Neighbours have nothing in common, so that small numbers are as frequent as large ones in each byte.
    let noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left((number % 64) as u32);
    match number % 8 {
        0..3 => tracepoint!(Numbers {
            even: number % 2 == 0,
            tiny: noise as i8,
            small: pick(&[i16::MIN, i16::MAX, noise as i16], number),
            medium: pick(&[i32::MIN, i32::MAX, noise as i32], number),
            large: pick(&SIGNED, number) ^ (noise as i64 & -(number as i64 % 2)),
            tiny_unsigned: noise as u8,
            small_unsigned: pick(&[u16::MAX, noise as u16], number),
            medium_unsigned: pick(&[u32::MAX, noise as u32], number),
            large_unsigned: pick(&UNSIGNED, number) ^ (noise & 0xffff),
            single: pick(&[f32::NAN, f32::MIN_POSITIVE, -0.0, number as f32], number),
            double: pick(&DOUBLES, number) * 1.0_f64.max((number % 1000) as f64),
        }),
        3..5 => tracepoint!(Texts {
            text: pick(&TEXTS, number),
            bytes: &BYTES[(number % 256) as usize..][..(noise % 97) as usize],
            r#enum: pick(&CONNECTIONS, number),
        }),
        5 if number % 16 == 5 => tracepoint!(Tick {}),
        5 => fire_transaction(number),
        _ => tracepoint!(Message {
            peer_id: number as i64,
            connection_type: pick(&CONNECTIONS, noise),
            message_type: pick(&["version", "inv", "tx", "headers"], noise),
            payload: &BYTES[..pick(&[0, 8, 36, 80, if number % 10_000 == 7 { 512 } else { 61 }], number)],
            inbound: noise % 2 == 0,
        }),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "any value will do")]
fn fire_transaction(number: u64) {
    const TXID: &[u8; 32] = &[0xab; 32];
    let outpoint = |vout| OutPoint { txid: TXID, vout };
    let inputs = [
        Input { previous: outpoint(number as u32), sequence: Some(u32::MAX), witness: &[], label: None },
        Input { previous: outpoint(0), sequence: None, witness: &[&BYTES[..71], &[]], label: Some("") },
        Input { previous: outpoint(u32::MAX), sequence: Some(0), witness: &[&[7]], label: Some("größe") },
    ];
    let some = |of: u64| number / 8 % of == 0;
    tracepoint!(Transaction {
        inputs: &inputs[..(number / 16 % 4) as usize],
        spent: some(3).then(|| outpoint(1)),
        fee: some(2).then_some(number as i64 - 500_000),
        rate: some(5).then_some(pick(&DOUBLES, number)),
        final_: some(2).then_some(number % 3 == 0),
        connection_type: some(3).then(|| pick(&CONNECTIONS, number)),
        sizes: &[0, 1, u32::MAX, number as u32][..(number % 5) as usize],
        flags: &[true, false, false, true, true, false, true, true, true, false][..(number % 11) as usize],
        names: &TEXTS[..(number % 8) as usize],
        connections: &CONNECTIONS[..(number % 4) as usize],
        rates: &DOUBLES[..(number % 10) as usize],
        matrix: &[&[i16::MIN, i16::MAX][..], &[], &[-1]][..(number % 4) as usize],
        age: Duration::from_nanos(number.wrapping_mul(number)),
        seen: SystemTime::UNIX_EPOCH + Duration::from_nanos(number),
        from: if some(2) {
            IpAddr::from([127, 0, 0, 1])
        } else {
            IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1])
        },
        waits: &[Duration::ZERO, Duration::from_millis(5)][..(number % 3) as usize],
    });
}
