//! The other end of a connection.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::events::net::{ConnectionType, Network};

/// The other end of a connection, as its events describe it.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Id of the peer. Since all ends live in one process here, it is unique in the process.
    pub id: i64,
    /// Address and port.
    pub addr: String,
    /// Why the connection exists.
    pub connection_type: ConnectionType,
    /// The network through which the peer is reached.
    pub network: Network,
    /// When the connection was established, in seconds since 1970.
    pub established: i64,
}

impl Peer {
    /// A peer to which the connection was just established.
    #[must_use]
    pub fn new(addr: SocketAddr, connection_type: ConnectionType) -> Self {
        static NEXT_ID: AtomicI64 = AtomicI64::new(0);
        Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            addr: addr.to_string(),
            connection_type,
            network: network_of(addr.ip()),
            established: unix_time(),
        }
    }
}

/// The network an address belongs to. As in Bitcoin Core, loopback and private addresses are
/// unroutable; only the ranges that matter on one host are told apart here.
fn network_of(addr: IpAddr) -> Network {
    match addr {
        IpAddr::V4(addr) if addr.is_loopback() || addr.is_private() => Network::Unroutable,
        IpAddr::V4(_) => Network::Ipv4,
        IpAddr::V6(addr) if addr.is_loopback() || addr.is_unique_local() => Network::Unroutable,
        IpAddr::V6(_) => Network::Ipv6,
    }
}

/// Seconds since 1970; 0 if the clock is set to an earlier time.
pub(crate) fn unix_time() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
}
