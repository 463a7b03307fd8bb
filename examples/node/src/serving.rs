//! The serving peer: announces the transactions of a block, then the block, and hands them out.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bitcoin::Txid;
use bitcoin::p2p::message_blockdata::Inventory;

use crate::error::{Error, first_cause};
use crate::handshake;
use crate::link::{self, Link};
use crate::message::Message;
use crate::observing::check_headers;
use crate::replay::Replay;
use crate::summary::Tally;
use crate::threads::{join, spawn};
use crate::visitor;
use crate::wire::Header;

/// Most inbound connections at a time. The next one takes the place of the youngest.
const MAX_INBOUND: usize = 2;

/// How long a peer may take to answer. All are in this process: only a defect makes them silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// The serving peer.
#[derive(Debug)]
pub struct Serving<'a> {
    replay: &'a Replay,
    listener: TcpListener,
    /// The connection that the observing peer made.
    link: Link,
    /// Whether the observing peer wants to hear of blocks through `headers`.
    send_headers: bool,
    /// How many transactions are announced at a time.
    announcement: usize,
    last_ping: u64,
    tally: Arc<Tally>,
}

impl<'a> Serving<'a> {
    /// A serving peer for one observing peer, which has just connected.
    ///
    /// # Errors
    ///
    /// If the observing peer does not open the connection as it should.
    pub fn new(
        replay: &'a Replay,
        listener: TcpListener,
        mut link: Link,
        announcement: usize,
        tally: Arc<Tally>,
    ) -> Result<Self, Error> {
        link.set_patience(PATIENCE)?;
        handshake::answer(&mut link, replay.height())?;
        let mut serving =
            Self { replay, listener, link, send_headers: false, announcement, last_ping: 0, tally };
        serving.sync()?;
        Ok(serving)
    }

    /// Plays one block: its transactions, then itself. When this returns, the observing peer has
    /// handled everything.
    ///
    /// Some transactions are offered at the wrong time on purpose: one before those that it needs,
    /// one twice, the coinbase outside its block, and one that the block has confirmed.
    ///
    /// # Errors
    ///
    /// If the observing peer breaks the rules or leaves.
    pub fn play(&mut self) -> Result<(), Error> {
        let replay = self.replay;
        self.offer(&replay.early())?;
        for txids in replay.relayed().chunks(self.announcement) {
            let items = txids.iter().map(|txid| Inventory::Transaction(*txid)).collect();
            self.link.send(&Message::Inv(items))?;
            self.sync()?;
        }
        self.offer(&replay.early())?;
        self.offer(&replay.coinbase())?;
        self.announce_block()?;
        self.sync()?;
        self.offer(&replay.confirmed())?;
        self.sync()
    }

    /// Sends a transaction that nobody asked for.
    fn offer(&mut self, txid: &Txid) -> Result<(), Error> {
        if let Some((header, payload)) = self.replay.tx_message(txid) {
            self.link.send_encoded(header, payload)?;
        }
        Ok(())
    }

    fn announce_block(&mut self) -> Result<(), Error> {
        let announcement = if self.send_headers {
            Message::Headers(vec![self.replay.header()])
        } else {
            Message::Inv(vec![Inventory::Block(self.replay.hash())])
        };
        Ok(self.link.send(&announcement)?)
    }

    /// Handles messages until the observing peer has handled all of ours: it does so in order, and
    /// its `pong` proves it. This bounds what is under way. It also rules out that both sides wait
    /// for the other to read: the observing peer sends little enough between two pings to fit into
    /// the buffers of the socket.
    fn sync(&mut self) -> Result<(), Error> {
        self.last_ping += 1;
        self.link.send(&Message::Ping(self.last_ping))?;
        loop {
            match self.link.expect()? {
                Message::Pong(nonce) if nonce == self.last_ping => return Ok(()),
                other => self.handle(other)?,
            }
        }
    }

    fn handle(&mut self, message: Message) -> Result<(), Error> {
        match message {
            Message::Ping(nonce) => self.link.send(&Message::Pong(nonce))?,
            Message::SendHeaders => self.send_headers = true,
            Message::GetData(items) => self.hand_out(items)?,
            // A peer may send whatever else the protocol has; nothing has to be done about it.
            _ => {}
        }
        Ok(())
    }

    fn hand_out(&mut self, items: Vec<Inventory>) -> Result<(), Error> {
        let mut missing = Vec::new();
        for item in items {
            match self.find(&item) {
                Some((header, payload)) => self.link.send_encoded(header, payload)?,
                None => missing.push(item),
            }
        }
        if !missing.is_empty() {
            self.link.send(&Message::NotFound(missing))?;
        }
        Ok(())
    }

    fn find(&self, item: &Inventory) -> Option<(Header, &'static [u8])> {
        match item {
            Inventory::WitnessTransaction(txid) => self.replay.tx_message(txid),
            Inventory::WitnessBlock(hash) if *hash == self.replay.hash() => Some(self.replay.block_message()),
            _ => None,
        }
    }

    /// Receives the two visitors of a round: one is evicted, the other misbehaves.
    ///
    /// # Errors
    ///
    /// If a connection fails, or if a visitor does not do its part.
    pub fn receive_visitors(&self) -> Result<(), Error> {
        let (polite, at_polite) = link::connect(&self.listener)?;
        let (rude, at_rude) = link::connect(&self.listener)?;
        let (header, tally) = (self.replay.header(), &self.tally);
        thread::scope(|scope| {
            let visit = move || visitor::visit([polite, rude], header, tally);
            let visitors = spawn(scope, "visitors", visit)?;
            let received = self.receive([at_polite, at_rude]);
            first_cause(received, join(visitors))
        })
    }

    /// Takes the visitors in, one after the other, until the last one misbehaves.
    fn receive(&self, visitors: [TcpStream; 2]) -> Result<(), Error> {
        let mut guests = Vec::new();
        for stream in visitors {
            make_room(&mut guests);
            // The observing peer, the guests, and the new one.
            let existing = 1 + guests.len() as u64 + 1;
            let mut guest = Link::inbound(stream, existing, Arc::clone(&self.tally))?;
            guest.set_patience(PATIENCE)?;
            handshake::answer(&mut guest, self.replay.height())?;
            guests.push(guest);
        }
        match guests.pop() {
            Some(guest) => listen_to(guest),
            None => Ok(()),
        }
    }
}

/// Evicts the youngest guest if there is no place for another. Bitcoin Core weighs more than age,
/// but it too protects peers that are here for long or bring something, as the observing peer.
fn make_room(guests: &mut Vec<Link>) {
    if 1 + guests.len() >= MAX_INBOUND {
        if let Some(youngest) = guests.pop() {
            youngest.evict();
        }
    }
}

/// Listens to a guest until it misbehaves, which is the reason to disconnect it, or leaves.
fn listen_to(mut guest: Link) -> Result<(), Error> {
    while let Some(message) = guest.receive()? {
        if let Message::Headers(headers) = message {
            match check_headers(&guest, &headers) {
                Err(Error::Misbehaving { .. }) => return Ok(()),
                outcome => outcome?,
            }
        }
    }
    Ok(())
}
