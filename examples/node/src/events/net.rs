//! Messages and connections: provider `net`.

use tracepoints::{Event, Value};

/// Why a connection exists, which decides what is sent over it.
///
/// Bitcoin Core passes the names `inbound`, `outbound-full-relay`, `manual`, `feeler`,
/// `block-relay-only`, `addr-fetch` and `private-broadcast`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Value)]
pub enum ConnectionType {
    /// The peer connected to us.
    Inbound,
    /// We connected to the peer, to relay blocks, transactions and addresses.
    OutboundFullRelay,
    /// We connected because the operator asked for it.
    Manual,
    /// We connected for a moment, to find out whether somebody answers at the address.
    Feeler,
    /// We connected to relay blocks only.
    BlockRelayOnly,
    /// We connected for a moment, to ask for addresses.
    AddrFetch,
    /// We connected for a moment, to hand over a transaction of our own.
    PrivateBroadcast,
}

/// The network through which a peer is reached, numbered as in Bitcoin Core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Value)]
pub enum Network {
    /// 0: not reachable from outside, such as loopback and private addresses.
    Unroutable,
    /// 1: IPv4.
    Ipv4,
    /// 2: IPv6.
    Ipv6,
    /// 3: Tor.
    Onion,
    /// 4: I2P.
    I2p,
    /// 5: CJDNS.
    Cjdns,
    /// 6: an address made up for a name that is not resolved yet.
    Internal,
}

/// A P2P message was received from a peer.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "net")]
pub struct InboundMessage<'a> {
    /// Node-local id of the peer.
    pub peer_id: i64,
    /// Address and port of the peer.
    pub addr: &'a str,
    /// Why the connection exists.
    pub connection_type: ConnectionType,
    /// Type of the message as in its header, for example `inv` or `tx`: at most 12 characters.
    pub message_type: &'a str,
    /// Size of the payload in bytes.
    pub size: u64,
    /// The payload as received, without the 24 byte header.
    pub payload: &'a [u8],
}

/// A P2P message is being sent to a peer.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "net")]
pub struct OutboundMessage<'a> {
    /// Node-local id of the peer.
    pub peer_id: i64,
    /// Address and port of the peer.
    pub addr: &'a str,
    /// Why the connection exists.
    pub connection_type: ConnectionType,
    /// Type of the message as in its header, for example `inv` or `tx`: at most 12 characters.
    pub message_type: &'a str,
    /// Size of the payload in bytes.
    pub size: u64,
    /// The payload as sent, without the 24 byte header.
    pub payload: &'a [u8],
}

/// A peer connected to us.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "net")]
pub struct InboundConnection<'a> {
    /// Node-local id of the peer.
    pub peer_id: i64,
    /// Address and port of the peer.
    pub addr: &'a str,
    /// Why the connection exists: always `Inbound`.
    pub connection_type: ConnectionType,
    /// The network through which the peer came.
    pub network: Network,
    /// Number of inbound connections, this one included.
    pub existing_inbound: u64,
}

/// We connected to a peer.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "net")]
pub struct OutboundConnection<'a> {
    /// Node-local id of the peer.
    pub peer_id: i64,
    /// Address and port of the peer.
    pub addr: &'a str,
    /// Why the connection exists.
    pub connection_type: ConnectionType,
    /// The network through which the peer is reached.
    pub network: Network,
    /// Number of outbound connections, this one included.
    pub existing_outbound: u64,
}

/// An inbound peer was chosen to be disconnected, to make room for a new one.
///
/// `net:closed_connection` follows for the same peer.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "net")]
pub struct EvictedInboundConnection<'a> {
    /// Node-local id of the peer.
    pub peer_id: i64,
    /// Address and port of the peer.
    pub addr: &'a str,
    /// Why the connection existed: always `Inbound`.
    pub connection_type: ConnectionType,
    /// The network through which the peer came.
    pub network: Network,
    /// When the connection was established, in seconds since 1970.
    pub established: i64,
}

/// A connection was closed, by either side and for any reason.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "net")]
pub struct ClosedConnection<'a> {
    /// Node-local id of the peer.
    pub peer_id: i64,
    /// Address and port of the peer.
    pub addr: &'a str,
    /// Why the connection existed.
    pub connection_type: ConnectionType,
    /// The network through which the peer was reached.
    pub network: Network,
    /// When the connection was established, in seconds since 1970.
    pub established: i64,
}

/// A peer broke the rules of the protocol and is about to be disconnected.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "net")]
pub struct MisbehavingConnection<'a> {
    /// Node-local id of the peer.
    pub peer_id: i64,
    /// What the peer did, for example `header with invalid proof of work`.
    pub reason: &'a str,
}
