//! The messages that open a connection: `version` and `verack`, each way.

use std::net::{Ipv4Addr, SocketAddr};

use bitcoin::p2p::message_network::VersionMessage;
use bitcoin::p2p::{Address, ServiceFlags};

use crate::error::Error;
use crate::link::Link;
use crate::message::Message;
use crate::peer::unix_time;

/// The version of the protocol that is spoken: the first with `wtxidrelay`, as Bitcoin Core.
const PROTOCOL_VERSION: u32 = 70016;

/// The name by which this program introduces itself.
const USER_AGENT: &str = concat!("/tracepoints-node:", env!("CARGO_PKG_VERSION"), "/");

/// Opens a connection that we made. `height` is that of our last block.
///
/// # Errors
///
/// If the peer does not answer as it should, or if the connection fails.
pub fn open(link: &mut Link, height: u32) -> Result<(), Error> {
    link.send(&version(height))?;
    expect_version(link)?;
    link.send(&Message::Verack)?;
    expect_verack(link)?;
    Ok(link.flush()?)
}

/// Answers a peer that opens a connection to us. `height` is that of our last block.
///
/// # Errors
///
/// If the peer does not open it as it should, or if the connection fails.
pub fn answer(link: &mut Link, height: u32) -> Result<(), Error> {
    expect_version(link)?;
    link.send(&version(height))?;
    link.send(&Message::Verack)?;
    expect_verack(link)
}

fn expect_version(link: &mut Link) -> Result<(), Error> {
    match link.expect()? {
        Message::Version(_) => Ok(()),
        other => Err(Error::Handshake { expected: "version", found: other.message_type() }),
    }
}

fn expect_verack(link: &mut Link) -> Result<(), Error> {
    match link.expect()? {
        Message::Verack => Ok(()),
        other => Err(Error::Handshake { expected: "verack", found: other.message_type() }),
    }
}

fn version(height: u32) -> Message {
    let services = ServiceFlags::NETWORK | ServiceFlags::WITNESS;
    // As in Bitcoin Core, the addresses are left blank: nobody should rely on them.
    let blank = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    Message::Version(VersionMessage {
        version: PROTOCOL_VERSION,
        services,
        timestamp: unix_time(),
        receiver: Address::new(&blank, ServiceFlags::NONE),
        sender: Address::new(&blank, services),
        // Zero: no check against connections to oneself.
        nonce: 0,
        user_agent: USER_AGENT.to_owned(),
        start_height: i32::try_from(height).unwrap_or(i32::MAX),
        relay: true,
    })
}
