//! Short visits of two more peers, so that connections come and go in every round.

use std::net::TcpStream;
use std::sync::Arc;

use bitcoin::block::Header;

use crate::error::Error;
use crate::events::net::ConnectionType;
use crate::handshake;
use crate::link::Link;
use crate::message::Message;
use crate::summary::Tally;

/// Pays two visits. The first visitor is polite and does nothing: it has to make room for the
/// second, which sends a header without proof of work and is thrown out. Returns after both have
/// been disconnected.
///
/// # Errors
///
/// If a connection fails before it is opened.
pub fn visit([polite, rude]: [TcpStream; 2], header: Header, tally: &Arc<Tally>) -> Result<(), Error> {
    let mut polite = Link::outbound(polite, ConnectionType::Manual, Arc::clone(tally))?;
    handshake::open(&mut polite, 0)?;
    let mut rude = Link::outbound(rude, ConnectionType::Manual, Arc::clone(tally))?;
    handshake::open(&mut rude, 0)?;
    wait_until_closed(&mut polite)?;
    rude.send(&Message::Headers(vec![without_work(header)]))?;
    wait_until_closed(&mut rude)
}

/// The header with a nonce that does not prove any work: one in 2^76 would.
fn without_work(header: Header) -> Header {
    Header { nonce: !header.nonce, ..header }
}

fn wait_until_closed(link: &mut Link) -> Result<(), Error> {
    while link.receive()?.is_some() {}
    Ok(())
}
