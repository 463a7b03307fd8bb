//! Events of all types.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime};

use tracepoint_core::{Event, Value, tracepoint};

/// One of three.
#[derive(Value, Clone, Copy, Debug, PartialEq)]
#[value(crate = tracepoint_core)]
pub enum Kind {
    First,
    /// Neither the first nor the last.
    Second,
    Third,
}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "fuzz", crate = tracepoint_core)]
pub struct Numbers {
    pub a: bool,
    pub b: i8,
    pub c: u64,
    pub d: i16,
    pub e: f32,
    pub f: u8,
    pub g: i64,
    pub h: f64,
    pub i: u16,
    pub j: i32,
    pub k: bool,
    pub l: u32,
    pub kind: Kind,
}

/// What lies behind pointers, owned and not.
#[derive(Event, Debug, PartialEq)]
#[event(provider = "fuzz", crate = tracepoint_core)]
pub struct Texts<'a> {
    pub text: &'a str,
    /// A copy, when it is read.
    pub owned: String,
    pub data: &'a [u8],
    pub vector: Vec<u8>,
    pub hash: [u8; 32],
}

#[derive(Value, Clone, Debug, PartialEq)]
#[value(crate = tracepoint_core)]
pub struct Input {
    pub hash: [u8; 32],
    pub number: u32,
    pub script: Vec<Vec<u8>>,
    pub label: Option<String>,
}

/// What lies in lists and in other structs.
#[derive(Event, Debug, PartialEq)]
#[event(provider = "fuzz", crate = tracepoint_core)]
pub struct Nested {
    pub flag: Option<bool>,
    pub inputs: Vec<Input>,
    pub first: Option<Input>,
    pub bits: Vec<bool>,
    pub kinds: Vec<Kind>,
    pub texts: Vec<Option<String>>,
    pub lists: Vec<Vec<Vec<u16>>>,
    pub map: BTreeMap<String, Vec<f32>>,
    pub time: SystemTime,
    pub span: Option<Duration>,
    pub peers: Vec<SocketAddr>,
    pub ip: IpAddr,
}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "fuzz", crate = tracepoint_core)]
pub struct Nothing {}

fn input(number: u32) -> Input {
    Input {
        hash: [number as u8; 32],
        number,
        script: (0..number % 4).map(|len| vec![0xcc; len as usize * 5]).collect(),
        label: (number % 2 == 1).then(|| number.to_string()),
    }
}

/// Fires one of each, with up to so many bytes.
pub fn fire(number: u64, bytes: usize) {
    let data = vec![number as u8; bytes];
    tracepoint!(Numbers {
        a: true,
        b: -1,
        c: number,
        d: i16::MIN,
        e: 0.5,
        f: 255,
        g: i64::MAX,
        h: f64::NAN,
        i: 16,
        j: -32,
        k: number.is_multiple_of(2),
        l: 32,
        kind: Kind::Second,
    });
    tracepoint!(Texts {
        text: "t\u{e4}xt",
        owned: number.to_string(),
        data: &data,
        vector: vec![1, 2, 3],
        hash: [number as u8; 32],
    });
    tracepoint!(Nested {
        flag: Some(true),
        inputs: (0..3).map(input).collect(),
        first: number.is_multiple_of(2).then(|| input(7)),
        bits: vec![true; 9],
        kinds: vec![Kind::Third, Kind::First],
        texts: vec![None, Some("some".to_owned())],
        lists: vec![vec![vec![1, 2], vec![]], vec![]],
        map: [("a".to_owned(), vec![0.5])].into(),
        time: SystemTime::UNIX_EPOCH + Duration::from_nanos(number),
        span: Some(Duration::from_millis(3)),
        peers: vec![([127, 0, 0, 1], 8333).into()],
        ip: Ipv4Addr::LOCALHOST.into(),
    });
    tracepoint!(Nothing {});
}
