//! An event with values of every type, and any of them at random.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use tracepoints::{Event, Value};

#[derive(Value, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    First,
    SecondOne,
    Third,
}

#[derive(Value, Clone, Debug, PartialEq)]
pub struct Inner {
    pub id: u32,
    pub name: String,
    pub kind: Kind,
    pub data: Vec<u8>,
    pub maybe: Option<i64>,
}

#[derive(Event, Clone, Debug, PartialEq)]
#[event(provider = "everything")]
pub struct Everything {
    pub flag: bool,
    pub i8: i8,
    pub i16: i16,
    pub i32: i32,
    pub i64: i64,
    pub u8: u8,
    pub u16: u16,
    pub u32: u32,
    pub u64: u64,
    pub f32: f32,
    pub f64: f64,
    pub text: String,
    pub data: Vec<u8>,
    pub array: [u8; 5],
    pub shared: Arc<[u8]>,
    pub kind: Kind,
    pub duration: Duration,
    pub time: SystemTime,
    pub ip: IpAddr,
    pub socket: SocketAddr,
    pub inner: Inner,
    pub bits: Vec<bool>,
    pub numbers: Vec<i16>,
    pub floats: Vec<f64>,
    pub texts: Vec<String>,
    pub datas: Vec<Vec<u8>>,
    pub kinds: Vec<Kind>,
    pub inners: Vec<Inner>,
    pub lists: Vec<Vec<u64>>,
    pub maybe_flag: Option<bool>,
    pub maybe_text: Option<String>,
    pub maybe_inner: Option<Inner>,
    pub maybe_list: Option<Vec<u16>>,
    pub maybes: Vec<Option<u32>>,
    pub map: BTreeMap<String, Inner>,
    pub pair: (u8, String),
}

/// Any text: empty, with characters of all lengths, with NULs and quotes, and long at times.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![8 => any::<String>(), 1 => Just(String::new()), 1 => "[a\\x00\"\\\\ß€𝄞\n]{0,40}", 1 => "x{3000}"]
}

/// Any bytes, and many at times.
fn data() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![20 => vec(any::<u8>(), 0..50), 1 => vec(any::<u8>(), 70_000..70_010)]
}

/// Floats that are equal to themselves; NaN has a test of its own.
fn float() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("not NaN", |float| !float.is_nan())
}

fn kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::First, Kind::SecondOne, Kind::Third])
}

fn inner() -> impl Strategy<Value = Inner> {
    (any::<u32>(), text(), kind(), vec(any::<u8>(), 0..20), any::<Option<i64>>())
        .prop_map(|(id, name, kind, data, maybe)| Inner { id, name, kind, data, maybe })
}

fn time() -> impl Strategy<Value = SystemTime> {
    any::<i64>().prop_map(|nanos| {
        let distance = Duration::from_nanos(nanos.unsigned_abs());
        if nanos < 0 { SystemTime::UNIX_EPOCH - distance } else { SystemTime::UNIX_EPOCH + distance }
    })
}

/// Anything, and the extremes of it more often than not.
pub fn everything() -> impl Strategy<Value = Everything> {
    let numbers = any::<(bool, i8, i16, i32, i64, u8, u16, u32, u64)>();
    let floats = (any::<f32>().prop_filter("not NaN", |float| !float.is_nan()), float());
    let plain = (text(), data(), any::<[u8; 5]>(), data(), kind());
    let others = (any::<u64>(), time(), any::<IpAddr>(), any::<SocketAddr>(), inner());
    let lists = (
        vec(any::<bool>(), 0..200),
        vec(any::<i16>(), 0..30),
        vec(float(), 0..9),
        vec(text(), 0..9),
        vec(data(), 0..5),
        vec(kind(), 0..70),
        vec(inner(), 0..9),
        vec(vec(any::<u64>(), 0..5), 0..5),
    );
    let maybes = (
        any::<Option<bool>>(),
        option::of(text()),
        option::of(inner()),
        option::of(vec(any::<u16>(), 0..9)),
        vec(any::<Option<u32>>(), 0..9),
    );
    let rest = (btree_map(text(), inner(), 0..5), (any::<u8>(), text()));
    (numbers, floats, plain, others, lists, maybes, rest).prop_map(
        |(numbers, floats, plain, others, lists, maybes, rest)| {
            let (flag, i8, i16, i32, i64, u8, u16, u32, u64) = numbers;
            Everything {
                flag,
                i8,
                i16,
                i32,
                i64,
                u8,
                u16,
                u32,
                u64,
                f32: floats.0,
                f64: floats.1,
                text: plain.0,
                data: plain.1,
                array: plain.2,
                shared: plain.3.into(),
                kind: plain.4,
                duration: Duration::from_nanos(others.0),
                time: others.1,
                ip: others.2,
                socket: others.3,
                inner: others.4,
                bits: lists.0,
                numbers: lists.1,
                floats: lists.2,
                texts: lists.3,
                datas: lists.4,
                kinds: lists.5,
                inners: lists.6,
                lists: lists.7,
                maybe_flag: maybes.0,
                maybe_text: maybes.1,
                maybe_inner: maybes.2,
                maybe_list: maybes.3,
                maybes: maybes.4,
                map: rest.0,
                pair: rest.1,
            }
        },
    )
}

/// All of it empty, or zero.
pub fn nothing() -> Everything {
    let inner = Inner { id: 0, name: String::new(), kind: Kind::First, data: vec![], maybe: None };
    Everything {
        flag: false,
        i8: 0,
        i16: 0,
        i32: 0,
        i64: 0,
        u8: 0,
        u16: 0,
        u32: 0,
        u64: 0,
        f32: 0.0,
        f64: 0.0,
        text: String::new(),
        data: vec![],
        array: [0; 5],
        shared: Arc::new([]),
        kind: Kind::First,
        duration: Duration::ZERO,
        time: SystemTime::UNIX_EPOCH,
        ip: IpAddr::from([0, 0, 0, 0]),
        socket: SocketAddr::from(([0, 0, 0, 0], 0)),
        inner,
        bits: vec![],
        numbers: vec![],
        floats: vec![],
        texts: vec![],
        datas: vec![],
        kinds: vec![],
        inners: vec![],
        lists: vec![],
        maybe_flag: None,
        maybe_text: None,
        maybe_inner: None,
        maybe_list: None,
        maybes: vec![],
        map: BTreeMap::new(),
        pair: (0, String::new()),
    }
}

/// All of it at its upper end, with data of 4 MB and lists of thousands.
pub fn huge() -> Everything {
    let inner = Inner {
        id: u32::MAX,
        name: "𝄞".repeat(1_000),
        kind: Kind::Third,
        data: vec![0xff; 10_000],
        maybe: Some(i64::MIN),
    };
    Everything {
        flag: true,
        i8: i8::MIN,
        i16: i16::MIN,
        i32: i32::MIN,
        i64: i64::MIN,
        u8: u8::MAX,
        u16: u16::MAX,
        u32: u32::MAX,
        u64: u64::MAX,
        f32: f32::MAX,
        f64: f64::MIN_POSITIVE,
        text: "ß".repeat(100_000),
        data: vec![0xa5; 4 << 20],
        array: [0xff; 5],
        shared: vec![0x5a; 1 << 20].into(),
        kind: Kind::Third,
        duration: Duration::from_nanos(u64::MAX),
        time: SystemTime::UNIX_EPOCH + Duration::from_nanos(i64::MAX as u64),
        ip: IpAddr::from([0xffff_u16; 8]),
        socket: SocketAddr::from(([0xffff_u16; 8], u16::MAX)),
        inner: inner.clone(),
        bits: vec![true; 99_999],
        numbers: vec![-1; 70_000],
        floats: vec![f64::NEG_INFINITY; 3_000],
        texts: vec!["text".into(); 20_000],
        datas: vec![vec![1, 2, 3]; 20_000],
        kinds: vec![Kind::SecondOne; 9_999],
        inners: vec![inner.clone(); 20],
        lists: vec![vec![u64::MAX; 3]; 3_000],
        maybe_flag: Some(true),
        maybe_text: Some("some".into()),
        maybe_inner: Some(inner.clone()),
        maybe_list: Some(vec![u16::MAX; 50_000]),
        maybes: vec![Some(u32::MAX); 3_000],
        map: (0..100).map(|key| (key.to_string(), inner.clone())).collect(),
        pair: (u8::MAX, "pair".into()),
    }
}
