//! A connection to a peer, over which messages go both ways.

use std::io::{self, BufReader, BufWriter, ErrorKind, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use tracepoints::tracepoint;

use crate::error::Error;
use crate::events::net::{
    ClosedConnection, ConnectionType, EvictedInboundConnection, InboundConnection, InboundMessage,
    MisbehavingConnection, OutboundConnection, OutboundMessage,
};
use crate::message::Message;
use crate::peer::Peer;
use crate::summary::Tally;
use crate::wire::{self, Header, WireError};

/// Size of the buffers between the program and the socket. Larger messages bypass them.
const BUFFER: usize = 64 * 1024;

/// A connection to a peer. Dropping it closes it.
#[derive(Debug)]
pub struct Link {
    peer: Peer,
    reader: BufReader<TcpStream>,
    writer: BufWriter<TcpStream>,
    /// Payload of the message being sent or received, kept to reuse its memory.
    payload: Vec<u8>,
    tally: Arc<Tally>,
}

impl Link {
    /// A connection that the peer made. `existing` counts the inbound connections, with this one.
    ///
    /// # Errors
    ///
    /// If the operating system fails to set the socket up.
    pub fn inbound(stream: TcpStream, existing: u64, tally: Arc<Tally>) -> io::Result<Self> {
        let link = Self::new(stream, ConnectionType::Inbound, tally)?;
        let peer = &link.peer;
        link.tally.inbound.increment();
        tracepoint!(InboundConnection {
            peer_id: peer.id,
            addr: &peer.addr,
            connection_type: peer.connection_type,
            network: peer.network,
            existing_inbound: existing,
        });
        Ok(link)
    }

    /// A connection made to the peer, the only outbound one of its maker.
    ///
    /// # Errors
    ///
    /// If the operating system fails to set the socket up.
    pub fn outbound(
        stream: TcpStream,
        connection_type: ConnectionType,
        tally: Arc<Tally>,
    ) -> io::Result<Self> {
        let link = Self::new(stream, connection_type, tally)?;
        let peer = &link.peer;
        link.tally.outbound.increment();
        tracepoint!(OutboundConnection {
            peer_id: peer.id,
            addr: &peer.addr,
            connection_type: peer.connection_type,
            network: peer.network,
            existing_outbound: 1,
        });
        Ok(link)
    }

    fn new(stream: TcpStream, kind: ConnectionType, tally: Arc<Tally>) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            peer: Peer::new(stream.peer_addr()?, kind),
            reader: BufReader::with_capacity(BUFFER, stream.try_clone()?),
            writer: BufWriter::with_capacity(BUFFER, stream),
            payload: Vec::new(),
            tally,
        })
    }

    /// The other end.
    #[must_use]
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Makes [`receive`](Self::receive) fail if nothing arrives for `limit`.
    ///
    /// # Errors
    ///
    /// If the operating system refuses.
    pub fn set_patience(&self, limit: Duration) -> io::Result<()> {
        self.reader.get_ref().set_read_timeout(Some(limit))
    }

    /// Sends a message. It leaves before the program waits in [`receive`](Self::receive), at a
    /// [`flush`](Self::flush), or once enough has gathered.
    ///
    /// # Errors
    ///
    /// If the payload is longer than the protocol allows, or if the connection fails.
    pub fn send(&mut self, message: &Message) -> Result<(), WireError> {
        let mut payload = std::mem::take(&mut self.payload);
        message.encode(&mut payload);
        let sent = Header::new(message.message_type(), &payload)
            .and_then(|header| self.send_encoded(header, &payload));
        self.payload = payload;
        sent
    }

    /// Sends a message that has been encoded before.
    ///
    /// # Errors
    ///
    /// If the connection fails.
    pub fn send_encoded(&mut self, header: Header, payload: &[u8]) -> Result<(), WireError> {
        let peer = &self.peer;
        self.tally.sent.increment();
        tracepoint!(OutboundMessage {
            peer_id: peer.id,
            addr: &peer.addr,
            connection_type: peer.connection_type,
            message_type: header.message_type.as_str(),
            size: payload.len() as u64,
            payload,
        });
        wire::write(&mut self.writer, header, payload)
    }

    /// Makes all messages leave.
    ///
    /// # Errors
    ///
    /// If the connection fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Waits for the next message. `None` once the peer has closed the connection.
    ///
    /// # Errors
    ///
    /// If what arrives is not a message, or if the connection fails.
    pub fn receive(&mut self) -> Result<Option<Message>, Error> {
        // If part of a message is here, the peer is about to send the rest and waits for nothing.
        if self.reader.buffer().is_empty() {
            self.flush_unless_closed()?;
        }
        let Some(Header { message_type, .. }) = self.read()? else {
            return Ok(None);
        };
        let peer = &self.peer;
        self.tally.received.increment();
        tracepoint!(InboundMessage {
            peer_id: peer.id,
            addr: &peer.addr,
            connection_type: peer.connection_type,
            message_type: message_type.as_str(),
            size: self.payload.len() as u64,
            payload: &self.payload,
        });
        Message::decode(message_type, &self.payload)
            .map(Some)
            .map_err(|source| Error::Payload { message_type, source })
    }

    /// A peer that closed the connection is not told anything, but may have sent something before.
    fn flush_unless_closed(&mut self) -> io::Result<()> {
        match self.flush() {
            Err(error) if is_disconnect(&error) => Ok(()),
            outcome => outcome,
        }
    }

    /// Reads the next message: its payload goes to `self.payload`.
    fn read(&mut self) -> Result<Option<Header>, Error> {
        match wire::read(&mut self.reader, &mut self.payload) {
            Err(WireError::Io(error)) if is_disconnect(&error) => Ok(None),
            Err(WireError::Io(error)) if is_timeout(&error) => Err(Error::Silent),
            outcome => Ok(outcome?),
        }
    }

    /// Waits for the next message of a peer that is expected to stay.
    ///
    /// # Errors
    ///
    /// As [`receive`](Self::receive), and if the peer closed the connection.
    pub fn expect(&mut self) -> Result<Message, Error> {
        self.receive()?.ok_or(Error::Disconnected)
    }

    /// Reports that the peer broke the rules, and gives the error to end the connection with.
    pub fn misbehaving(&self, reason: &'static str) -> Error {
        self.tally.misbehaved.increment();
        tracepoint!(MisbehavingConnection { peer_id: self.peer.id, reason });
        Error::Misbehaving { reason }
    }

    /// Closes an inbound connection to make room for another.
    pub fn evict(self) {
        let peer = &self.peer;
        self.tally.evicted.increment();
        tracepoint!(EvictedInboundConnection {
            peer_id: peer.id,
            addr: &peer.addr,
            connection_type: peer.connection_type,
            network: peer.network,
            established: peer.established,
        });
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // What was sent last should arrive, but nobody can be told if it does not.
        let _ = self.writer.flush();
        let _ = self.writer.get_ref().shutdown(Shutdown::Both);
        let peer = &self.peer;
        self.tally.closed.increment();
        tracepoint!(ClosedConnection {
            peer_id: peer.id,
            addr: &peer.addr,
            connection_type: peer.connection_type,
            network: peer.network,
            established: peer.established,
        });
    }
}

/// Connects to a listener in this process: returns the end that called and the one that answered.
///
/// # Errors
///
/// If the operating system cannot make the connection.
pub fn connect(listener: &TcpListener) -> io::Result<(TcpStream, TcpStream)> {
    let caller = TcpStream::connect(listener.local_addr()?)?;
    let expected = caller.local_addr()?;
    loop {
        let (answerer, addr) = listener.accept()?;
        // Another process may have found the port. It is turned away.
        if addr == expected {
            return Ok((caller, answerer));
        }
    }
}

/// Whether an error means that the peer is gone, although it left without the usual farewell.
fn is_disconnect(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe)
}

/// Whether an error means that nothing arrived in time. Which of the two depends on the system.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
