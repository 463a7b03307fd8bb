//! The workloads that all rows have in common.

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

/// Workload P: a P2P message with its payload.
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

/// The text of workload S.
pub const NAME: &str = "hello, world";

/// The address of workload P.
pub const ADDR: &str = "203.0.113.7:8333 abc";

/// Fires S.
#[inline(always)]
pub fn fire_small(id: u64, name: &str) {
    tracepoint!(Small { id, amount: -(id as i64), kind: 7, name });
}

/// Fires P.
#[inline(always)]
pub fn fire_message(id: u64, payload: &[u8]) {
    tracepoint!(Message {
        peer_id: id as i64,
        addr: ADDR,
        connection_type: "outbound-full-relay",
        message_type: "tx",
        payload,
    });
}
