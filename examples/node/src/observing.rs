//! The observing peer: asks for what is announced, checks it, and keeps a chain and a mempool.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bitcoin::block::Header;
use bitcoin::p2p::message_blockdata::Inventory;
use bitcoin::{Block, Transaction};

use crate::block::{CheckedBlock, check_proof_of_work};
use crate::chain::Chain;
use crate::error::Error;
use crate::handshake;
use crate::link::Link;
use crate::message::Message;

/// The most inventory items in one message that the protocol allows.
pub(crate) const MAX_INVENTORY: usize = 50_000;

/// A chain that several threads use, as they do in Bitcoin Core under its main lock.
pub type SharedChain = Arc<Mutex<Chain>>;

/// The observing peer. Messages are handled, and blocks connected, on the thread that runs it.
#[derive(Debug)]
pub struct Observing {
    link: Link,
    chain: SharedChain,
}

impl Observing {
    /// An observing peer with one connection, made by itself.
    #[must_use]
    pub fn new(link: Link, chain: SharedChain) -> Self {
        Self { link, chain }
    }

    /// Handles messages until the other side closes the connection.
    ///
    /// # Errors
    ///
    /// If the other side breaks the rules, or if the connection fails.
    pub fn run(mut self) -> Result<(), Error> {
        let height = lock(&self.chain).tip().height;
        handshake::open(&mut self.link, height)?;
        self.link.send(&Message::SendHeaders)?;
        while let Some(message) = self.link.receive()? {
            self.handle(message)?;
        }
        Ok(())
    }

    fn handle(&mut self, message: Message) -> Result<(), Error> {
        match message {
            Message::Ping(nonce) => self.link.send(&Message::Pong(nonce))?,
            Message::Inv(items) => self.ask_for(&items)?,
            Message::Headers(headers) => self.handle_headers(&headers)?,
            Message::Tx(transaction) => self.handle_transaction(transaction),
            Message::Block(block) => self.handle_block(block)?,
            // A peer may send whatever else the protocol has; nothing has to be done about it.
            _ => {}
        }
        Ok(())
    }

    /// Asks for what we do not have.
    fn ask_for(&mut self, announced: &[Inventory]) -> Result<(), Error> {
        if announced.len() > MAX_INVENTORY {
            return Err(self.link.misbehaving("inv message too large"));
        }
        let chain = lock(&self.chain);
        let wanted: Vec<_> = announced
            .iter()
            .filter_map(|item| match *item {
                Inventory::Transaction(txid) if !chain.mempool().contains(&txid) => {
                    Some(Inventory::WitnessTransaction(txid))
                }
                Inventory::Block(hash) if chain.tip().hash != hash => Some(Inventory::WitnessBlock(hash)),
                _ => None,
            })
            .collect();
        drop(chain);
        if !wanted.is_empty() {
            self.link.send(&Message::GetData(wanted))?;
        }
        Ok(())
    }

    fn handle_headers(&mut self, headers: &[Header]) -> Result<(), Error> {
        check_headers(&self.link, headers)?;
        let announced: Vec<_> = headers.iter().map(|header| Inventory::Block(header.block_hash())).collect();
        self.ask_for(&announced)
    }

    fn handle_transaction(&mut self, transaction: Transaction) {
        // A refused transaction is nobody's fault: it may just have come too early or too late.
        let _ = lock(&self.chain).accept(transaction);
    }

    fn handle_block(&mut self, block: Block) -> Result<(), Error> {
        let connected = CheckedBlock::new(block).and_then(|block| lock(&self.chain).connect(&block));
        connected.map_err(|error| {
            self.link.misbehaving(error.reason());
            Error::Block(error)
        })
    }
}

/// Checks that the headers that a peer sent have the work they claim.
///
/// # Errors
///
/// If one does not: then the peer is reported to be misbehaving.
pub fn check_headers(link: &Link, headers: &[Header]) -> Result<(), Error> {
    match headers.iter().try_for_each(|header| check_proof_of_work(header).map(drop)) {
        Ok(()) => Ok(()),
        Err(_) => Err(link.misbehaving("header with invalid proof of work")),
    }
}

/// Locks the chain. If a thread panicked while it held the lock, the run is about to end with that
/// panic, and what is left of the chain does not matter.
pub(crate) fn lock(chain: &Mutex<Chain>) -> MutexGuard<'_, Chain> {
    chain.lock().unwrap_or_else(PoisonError::into_inner)
}
