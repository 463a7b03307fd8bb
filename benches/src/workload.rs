//! The workloads that all rows have in common.

use std::sync::Arc;

use tracepoints::{Event, tracepoint};

/// Workload S: two long integers, a short one, and a text of 12 bytes.
#[derive(Event)]
#[event(provider = "bench")]
pub struct Small<'a> {
    /// A count.
    pub id: u64,
    /// A signed one.
    pub amount: i64,
    /// A short one.
    pub kind: u32,
    /// Twelve bytes.
    pub name: &'a str,
}

/// Workload P: a P2P message with its payload, which is copied.
#[derive(Event)]
#[event(provider = "bench")]
pub struct Message<'a> {
    /// Node-local id of the peer.
    pub peer_id: i64,
    /// Its address.
    pub addr: &'a str,
    /// How it is connected.
    pub connection_type: &'a str,
    /// The type of the message.
    pub message_type: &'a str,
    /// Its content.
    pub payload: &'a [u8],
}

/// The same event, fired where the payload is shared: a reference is handed over instead of a copy. To a
/// reader there is no difference.
#[derive(Event)]
#[event(provider = "bench", name = "message")]
pub struct SharedMessage<'a> {
    /// Node-local id of the peer.
    pub peer_id: i64,
    /// Its address.
    pub addr: &'a str,
    /// How it is connected.
    pub connection_type: &'a str,
    /// The type of the message.
    pub message_type: &'a str,
    /// Its content.
    pub payload: &'a Arc<[u8]>,
}

/// The text of workload S.
pub const NAME: &str = "hello, world";
/// A number of workload S.
pub const KIND: u32 = 7;
/// The address of workload P, 20 bytes.
pub const ADDR: &str = "203.0.113.7:8333 abc";
/// How the peer of workload P is connected.
pub const CONNECTION: &str = "outbound-full-relay";
/// The type of the message of workload P.
pub const MESSAGE: &str = "tx";

/// Fires S.
#[inline(always)]
pub fn fire_small(id: u64, name: &str) {
    tracepoint!(Small { id, amount: -(id as i64), kind: KIND, name });
}

/// Fires P.
#[inline(always)]
pub fn fire_message(id: u64, payload: &[u8]) {
    tracepoint!(Message {
        peer_id: id as i64,
        addr: ADDR,
        connection_type: CONNECTION,
        message_type: MESSAGE,
        payload,
    });
}

/// Fires P by reference.
#[inline(always)]
pub fn fire_shared(id: u64, payload: &Arc<[u8]>) {
    tracepoint!(SharedMessage {
        peer_id: id as i64,
        addr: ADDR,
        connection_type: CONNECTION,
        message_type: MESSAGE,
        payload,
    });
}

/// A payload of workload P.
pub fn payload(bytes: usize) -> Box<[u8]> {
    vec![7; bytes].into()
}

/// What a reader adds up, so that contents are checked and not only counts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Events.
    pub events: u64,
    /// A sum over their contents.
    pub sum: u64,
}

impl Tally {
    /// Takes one of S in.
    #[inline(always)]
    pub fn small(&mut self, id: u64, amount: i64, kind: u32, name: &[u8]) {
        self.add(id.wrapping_mul(3).wrapping_add(amount as u64) + u64::from(kind), name);
    }

    /// Takes one of P in.
    #[inline(always)]
    pub fn message(&mut self, peer_id: i64, texts: [&[u8]; 3], payload: &[u8]) {
        self.add(peer_id as u64, payload);
        self.sum = self.sum.wrapping_add(texts.iter().map(|text| text.len() as u64).sum());
    }

    /// Takes an event in.
    #[inline(always)]
    fn add(&mut self, number: u64, bytes: &[u8]) {
        let edges = bytes.first().zip(bytes.last()).map_or(0, |(a, b)| u64::from(*a) + u64::from(*b));
        self.events += 1;
        self.sum = self.sum.wrapping_add(number).wrapping_add(bytes.len() as u64 + edges);
    }

    /// What `ids` of S, or of P with a payload of that size, must come to.
    pub fn expected(ids: std::ops::Range<u64>, payload: Option<&[u8]>) -> Tally {
        let mut tally = Tally::default();
        for id in ids {
            match payload {
                None => tally.small(id, -(id as i64), KIND, NAME.as_bytes()),
                Some(payload) => {
                    tally.message(id as i64, [ADDR, CONNECTION, MESSAGE].map(str::as_bytes), payload)
                }
            }
        }
        tally
    }
}
