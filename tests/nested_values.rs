//! Structs, lists, maps and values that may be missing come out as they went in, however they are nested.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tracepoints::{Decode, Event, FromWire, Value, capture, tracepoint};

/// Fires what `fire` fires, and reads it back.
fn round_trip<E: for<'a> Decode<'a> + Event + PartialEq + Debug + Clone>(event: &E) {
    let name = E::DESCRIPTOR.to_string();
    let mut seen = capture(&name);
    tracepoint!(event.clone());
    let events = seen.take();
    assert_eq!(events.len(), 1, "{name}");
    assert_eq!(events[0].get::<E>().as_ref(), Ok(event), "{name}");
}

#[derive(Value, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Network {
    Unroutable,
    Ipv4,
    Ipv6,
}

#[derive(Value, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Txid([u8; 32]);

/// A reference to an output.
#[derive(Value, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct OutPoint {
    txid: Txid,
    vout: u32,
}

#[derive(Value, Clone, Debug, PartialEq)]
struct Input {
    previous: OutPoint,
    script: Vec<u8>,
    witness: Vec<Vec<u8>>,
    sequence: Option<u32>,
    label: Option<String>,
}

#[derive(Event, Clone, Debug, PartialEq)]
#[event(provider = "nested")]
struct Transaction {
    txid: Txid,
    inputs: Vec<Input>,
    outputs: Vec<(u64, Vec<u8>)>,
    block: Option<OutPoint>,
    spent: Box<OutPoint>,
    lock_time: u32,
}

fn outpoint(seed: u8) -> OutPoint {
    OutPoint { txid: Txid([seed; 32]), vout: u32::MAX - u32::from(seed) }
}

fn transaction(inputs: u8) -> Transaction {
    let input = |at: u8| Input {
        previous: outpoint(at),
        script: vec![at; usize::from(at)],
        witness: (0..at % 4).map(|len| vec![0xcc; usize::from(len) * 9]).collect(),
        sequence: (at % 2 == 0).then_some(u32::from(at)),
        label: (at % 3 == 0).then(|| "ü".repeat(usize::from(at))),
    };
    Transaction {
        txid: Txid([0xee; 32]),
        inputs: (0..inputs).map(input).collect(),
        outputs: (0..inputs).map(|at| (u64::from(at), vec![1; usize::from(at)])).collect(),
        block: (inputs > 5).then(|| outpoint(inputs)),
        spent: Box::new(outpoint(1)),
        lock_time: 7,
    }
}

#[test]
fn lists_of_structs_with_lists_in_them() {
    for inputs in [0, 1, 2, 9, 255] {
        round_trip(&transaction(inputs));
    }
}

#[test]
fn events_with_lists_go_over_several_chunks() {
    #[derive(Event, Clone, Debug, PartialEq)]
    #[event(provider = "nested")]
    struct Block {
        transactions: Vec<Vec<Input>>,
        texts: Vec<String>,
        sizes: Vec<u64>,
        flags: Vec<bool>,
        kinds: Vec<Network>,
    }
    for len in [10, 400, 3_000] {
        round_trip(&Block {
            transactions: (0..len / 100).map(|at| transaction(at as u8).inputs).collect(),
            texts: (0..len).map(|at| "x".repeat(at % 50)).collect(),
            sizes: (0..len as u64 * 5).collect(),
            flags: (0..len * 30).map(|at| at % 3 == 0).collect(),
            kinds: (0..len * 20).map(|at| [Network::Ipv4, Network::Unroutable][at % 2]).collect(),
        });
    }
}

#[test]
fn lists_of_every_element() {
    #[derive(Event, Clone, Debug, PartialEq)]
    #[event(provider = "nested")]
    struct Lists {
        bits: Vec<bool>,
        bytes: Vec<u8>,
        signed: Vec<i8>,
        halves: Vec<u16>,
        words: Box<[i32]>,
        floats: Vec<f64>,
        sizes: Vec<usize>,
        kinds: [Network; 3],
        texts: VecDeque<String>,
        datas: Vec<[u8; 3]>,
        ids: BTreeSet<Txid>,
        set: HashSet<u32>,
        lists: Vec<Vec<Vec<i16>>>,
        maybe: Vec<Option<u8>>,
        maybe_texts: Vec<Option<String>>,
        times: Vec<Duration>,
        ips: Vec<IpAddr>,
        array: [[u16; 2]; 2],
    }
    let full = Lists {
        bits: (0..131).map(|at| at % 5 < 2).collect(),
        bytes: (0..=255).collect(),
        signed: (i8::MIN..=i8::MAX).collect(),
        halves: vec![0, 1, u16::MAX],
        words: Box::new([i32::MIN, -1, 0, i32::MAX, 5]),
        floats: vec![0.0, -0.0, f64::INFINITY, f64::MIN_POSITIVE],
        sizes: vec![usize::MAX, 0],
        kinds: [Network::Ipv6, Network::Unroutable, Network::Ipv4],
        texts: ["", "é", "two words"].map(str::to_owned).into(),
        datas: vec![[1, 2, 3], [0; 3]],
        ids: (0..9).map(|seed| Txid([seed; 32])).collect(),
        set: (0..100).collect(),
        lists: vec![vec![], vec![vec![1], vec![]], vec![vec![-1, 2], vec![3; 99]]],
        maybe: vec![None, Some(0), Some(7), None],
        maybe_texts: vec![Some(String::new()), None, Some("some".into())],
        times: vec![Duration::ZERO, Duration::from_nanos(u64::MAX)],
        ips: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        array: [[1, 2], [3, 4]],
    };
    round_trip(&full);
    let empty = Lists {
        bits: vec![],
        bytes: vec![],
        signed: vec![],
        halves: vec![],
        words: Box::new([]),
        floats: vec![],
        sizes: vec![],
        texts: VecDeque::new(),
        datas: vec![],
        ids: BTreeSet::new(),
        set: HashSet::new(),
        lists: vec![],
        maybe: vec![],
        maybe_texts: vec![],
        times: vec![],
        ips: vec![],
        ..full
    };
    round_trip(&empty);
}

#[test]
fn what_is_missing_is_told_from_what_is_empty() {
    #[derive(Event, Clone, Debug, PartialEq)]
    #[event(provider = "nested")]
    struct Options {
        flag: Option<bool>,
        byte: Option<u8>,
        number: Option<u64>,
        text: Option<String>,
        data: Option<Vec<u8>>,
        list: Option<Vec<u32>>,
        kind: Option<Network>,
        nested: Option<OutPoint>,
        twice: Option<Option<u16>>,
        pair: Option<(u8, Option<i64>)>,
        after: u8,
    }
    round_trip(&Options {
        flag: None,
        byte: None,
        number: None,
        text: None,
        data: None,
        list: None,
        kind: None,
        nested: None,
        twice: None,
        pair: None,
        after: 1,
    });
    round_trip(&Options {
        flag: Some(false),
        byte: Some(0),
        number: Some(0),
        text: Some(String::new()),
        data: Some(vec![]),
        list: Some(vec![]),
        kind: Some(Network::Unroutable),
        nested: Some(outpoint(0)),
        twice: Some(None),
        pair: Some((0, None)),
        after: 2,
    });
    round_trip(&Options {
        flag: Some(true),
        byte: Some(255),
        number: Some(u64::MAX),
        text: Some("here".into()),
        data: Some(vec![0; 100_000]),
        list: Some(vec![9; 9]),
        kind: Some(Network::Ipv6),
        nested: Some(outpoint(3)),
        twice: Some(Some(65_535)),
        pair: Some((1, Some(i64::MIN))),
        after: 3,
    });
}

#[test]
fn maps_are_lists_of_pairs() {
    #[derive(Event, Clone, Debug, PartialEq)]
    #[event(provider = "nested")]
    struct Maps {
        ordered: BTreeMap<String, Vec<u32>>,
        hashed: HashMap<u16, OutPoint>,
        maybe: BTreeMap<Txid, Option<u64>>,
    }
    for len in [0u16, 1, 300] {
        round_trip(&Maps {
            ordered: (0..len).map(|at| (at.to_string(), vec![at.into(); usize::from(at % 7)])).collect(),
            hashed: (0..len).map(|at| (at, outpoint(at as u8))).collect(),
            maybe: (0..len as u8).map(|at| (Txid([at; 32]), (at > 3).then_some(at.into()))).collect(),
        });
    }
}

#[test]
fn times_and_addresses() {
    #[derive(Event, Clone, Debug, PartialEq)]
    #[event(provider = "nested")]
    struct Peer {
        connected: SystemTime,
        first_seen: SystemTime,
        ping: Duration,
        ip: IpAddr,
        v4: Ipv4Addr,
        v6: Ipv6Addr,
        socket: SocketAddr,
        socket_v4: SocketAddrV4,
        socket_v6: SocketAddrV6,
        proxy: Option<SocketAddr>,
    }
    let v6 = SocketAddrV6::new(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 8333, 0xabcde, 7);
    let peer = Peer {
        connected: SystemTime::UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789),
        first_seen: SystemTime::UNIX_EPOCH - Duration::from_nanos(1),
        ping: Duration::from_nanos(12_345_678),
        ip: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)),
        v4: Ipv4Addr::BROADCAST,
        v6: *v6.ip(),
        socket: SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 65_535)),
        socket_v4: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0),
        socket_v6: v6,
        proxy: Some(SocketAddr::V6(v6)),
    };
    round_trip(&peer);
    round_trip(&Peer { ip: (*v6.ip()).into(), socket: v6.into(), proxy: None, ..peer });
}

#[test]
fn times_out_of_range_become_the_last_that_can_be_told() {
    let mut seen = capture("nested:late");
    let late = SystemTime::UNIX_EPOCH + Duration::from_secs(10_000_000_000);
    tracepoint!(nested::late, time: SystemTime = late, span: Duration = Duration::MAX);
    let events = seen.take();
    let payload = events[0].raw().payload;
    assert_eq!((payload.i64(0), payload.u64(1)), (i64::MAX, u64::MAX));
}

#[test]
fn structs_may_borrow_and_be_generic() {
    #[derive(Value, Clone, Debug, PartialEq)]
    struct Sized<'a, T> {
        what: T,
        name: &'a str,
        bytes: Cow<'a, [u8]>,
    }
    #[derive(Event, Clone, Debug, PartialEq)]
    #[event(provider = "nested")]
    struct Borrowed<'a> {
        number: Sized<'a, u8>,
        text: Sized<'a, &'a str>,
        list: Cow<'a, [u32]>,
        shared: Arc<(u8, String)>,
    }
    let fired = Borrowed {
        number: Sized { what: 200, name: "number", bytes: Cow::Borrowed(&[1, 2]) },
        text: Sized { what: "what", name: "", bytes: Cow::Owned(vec![3; 3]) },
        list: Cow::Borrowed(&[1, 2, 3]),
        shared: Arc::new((1, "shared".into())),
    };
    let mut seen = capture("nested:borrowed");
    tracepoint!(fired.clone());
    let events = seen.take();
    assert_eq!(events[0].get::<Borrowed>().unwrap(), fired);
}

#[test]
fn slices_are_written_and_read_back_as_lists() {
    #[derive(Event)]
    #[event(provider = "nested")]
    struct Slices<'a> {
        heights: &'a [u32],
        names: &'a [&'a str],
        points: &'a [OutPoint],
    }
    #[derive(Event, Debug, PartialEq)]
    #[event(provider = "nested", name = "slices")]
    struct Lists {
        heights: Vec<u32>,
        names: Vec<String>,
        points: Vec<OutPoint>,
    }
    let mut seen = capture("nested:slices");
    tracepoint!(Slices { heights: &[1, 2, 3], names: &["a", "", "ccccccccccccc"], points: &[outpoint(4)] });
    let events = seen.take();
    let read: Lists = events[0].get().unwrap();
    assert_eq!(read.heights, [1, 2, 3]);
    assert_eq!(read.names, ["a", "", "ccccccccccccc"]);
    assert_eq!(read.points, [outpoint(4)]);
}

#[test]
fn bytes_in_an_arc_within_a_struct_arrive_too() {
    #[derive(Value, Clone, Debug, PartialEq)]
    struct Part {
        bytes: Arc<[u8]>,
        name: Arc<str>,
    }
    #[derive(Event, Clone, Debug, PartialEq)]
    #[event(provider = "nested")]
    struct Parts {
        first: Arc<[u8]>,
        parts: Vec<Part>,
        part: Part,
        maybe: Option<Arc<[u8]>>,
        all: Vec<Arc<[u8]>>,
        last: Arc<Vec<u8>>,
    }
    let bytes = |len: usize| -> Arc<[u8]> { (0..len).map(|at| at as u8).collect() };
    let part = |len| Part { bytes: bytes(len), name: "n".repeat(len).into() };
    for len in [0, 100, 5_000, 100_000] {
        round_trip(&Parts {
            first: bytes(len),
            parts: vec![part(len), part(1)],
            part: part(len + 1),
            maybe: (len > 0).then(|| bytes(len + 2)),
            all: vec![bytes(len), bytes(3)],
            last: Arc::new(vec![5; len]),
        });
    }
}

#[test]
fn readers_that_know_fewer_fields_of_a_struct_read_those() {
    mod newer {
        #[derive(tracepoints::Value)]
        pub struct Peer {
            pub id: u64,
            pub name: String,
            pub score: Option<i32>,
            pub tags: Vec<String>,
        }
    }
    #[derive(Event)]
    #[event(provider = "nested")]
    struct NewerPeers {
        peers: Vec<newer::Peer>,
        peer: newer::Peer,
    }
    #[derive(Value, Debug, PartialEq)]
    struct Peer {
        id: u64,
        name: String,
    }
    #[derive(Event, Debug, PartialEq)]
    #[event(provider = "nested")]
    struct PeersAsKnown {
        peers: Vec<Peer>,
        peer: Peer,
    }
    let peer = |id| newer::Peer { id, name: id.to_string(), score: Some(-1), tags: vec!["x".into(); 3] };
    let mut seen = capture("nested:newer_peers");
    tracepoint!(NewerPeers { peers: vec![peer(1), peer(22)], peer: peer(333) });
    let events = seen.take();
    let read = PeersAsKnown::decode(events[0].raw().payload).unwrap();
    let peer = |id: u64| Peer { id, name: id.to_string() };
    assert_eq!(read, PeersAsKnown { peers: vec![peer(1), peer(22)], peer: peer(333) });
}

#[test]
fn readers_that_know_more_fields_of_a_struct_find_their_defaults() {
    mod older {
        #[derive(tracepoints::Value)]
        pub struct Peer {
            pub id: u64,
        }
    }
    #[derive(Event)]
    #[event(provider = "nested")]
    struct OlderPeers {
        peers: Vec<older::Peer>,
    }
    #[derive(Value, Debug, PartialEq)]
    struct Peer {
        id: u64,
        name: String,
        score: Option<i32>,
        tags: Vec<String>,
        hash: [u8; 4],
        heights: [u32; 2],
        inner: (u8, String),
    }
    #[derive(Event, Debug, PartialEq)]
    #[event(provider = "nested")]
    struct MoreOfPeers {
        peers: Vec<Peer>,
    }
    let mut seen = capture("nested:older_peers");
    tracepoint!(OlderPeers { peers: vec![older::Peer { id: 1 }, older::Peer { id: 2 }] });
    let events = seen.take();
    let read = MoreOfPeers::decode(events[0].raw().payload).unwrap();
    let peer = |id| Peer {
        id,
        name: String::new(),
        score: None,
        tags: vec![],
        hash: [0; 4],
        heights: [0; 2],
        inner: (0, String::new()),
    };
    assert_eq!(read.peers, [peer(1), peer(2)]);
}

/// Events of inline tracepoints can have them too.
#[test]
fn inline_events_take_lists_and_options() {
    let mut seen = capture("nested:inline");
    let (ids, fee) = (vec![1u64, 2], Some(7i64));
    tracepoint!(nested::inline, ids: &[u64] = &ids, fee: Option<i64> = fee, name: Option<&str> = None);
    let events = seen.take();
    let payload = events[0].raw().payload;
    let list = Vec::<u64>::from_wire(tracepoints::Slot::at(0), payload).unwrap();
    assert_eq!(list, ids);
}
