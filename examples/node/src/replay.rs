//! The real block that is replayed, cut up and encoded once for all rounds.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use bitcoin::block::Header as BlockHeader;
use bitcoin::consensus::deserialize;
use bitcoin::consensus::encode::VarInt;
use bitcoin::{Block, BlockHash, OutPoint, Transaction, Txid};

use crate::block::CheckedBlock;
use crate::chain::Tip;
use crate::error::Error;
use crate::message::{BLOCK, TX};
use crate::utxo::Coin;
use crate::wire::Header;

/// A message that is sent in every round, encoded once.
#[derive(Debug)]
struct Encoded {
    header: Header,
    /// Where the payload is in the encoded block.
    payload: Range<usize>,
}

/// A block together with everything that has to be known to serve it to a peer.
#[derive(Debug)]
pub struct Replay {
    bytes: &'static [u8],
    header: BlockHeader,
    hash: BlockHash,
    height: u32,
    block: Encoded,
    /// In the order of the block, the coinbase first.
    txids: Vec<Txid>,
    transactions: HashMap<Txid, Encoded>,
    coins_before: Vec<OutPoint>,
    early: Txid,
    confirmed: Txid,
}

impl Replay {
    /// Block 702,861 of the main network, of 30 September 2021: 2,500 transactions.
    ///
    /// # Errors
    ///
    /// If the program was built with a damaged copy of the block.
    pub fn mainnet_702861() -> Result<Self, Error> {
        Self::new(bitcoin_test_data::blocks::mainnet_702861())
    }

    /// The block that `bytes` encode.
    ///
    /// # Errors
    ///
    /// If they do not encode a valid block, or one that is too simple to be replayed.
    pub fn new(bytes: &'static [u8]) -> Result<Self, Error> {
        let block: Block = deserialize(bytes).map_err(Error::ReplayEncoding)?;
        let block = CheckedBlock::new(block)?;
        Ok(Self {
            bytes,
            header: block.block().header,
            hash: *block.hash(),
            height: block.height()?,
            block: Encoded { header: Header::new(BLOCK, bytes)?, payload: 0..bytes.len() },
            txids: block.txids().to_vec(),
            transactions: encode_transactions(bytes, &block)?,
            coins_before: coins_before(&block),
            early: early(&block).ok_or(Error::Replay("no transaction needs another one"))?,
            confirmed: confirmed(&block).ok_or(Error::Replay("it creates no coin that stays"))?,
        })
    }

    /// The header of the block.
    #[must_use]
    pub fn header(&self) -> BlockHeader {
        self.header
    }

    /// The hash of the block.
    #[must_use]
    pub fn hash(&self) -> BlockHash {
        self.hash
    }

    /// The height of the block.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The end of the chain before the block.
    #[must_use]
    pub fn tip_before(&self) -> Tip {
        Tip { hash: self.header.prev_blockhash, height: self.height - 1 }
    }

    /// The coins that the block spends and does not create itself.
    #[must_use]
    pub fn coins_before(&self) -> &[OutPoint] {
        &self.coins_before
    }

    /// Id of the coinbase transaction.
    #[must_use]
    pub fn coinbase(&self) -> Txid {
        self.txids[0]
    }

    /// Ids of all transactions but the coinbase, each after those whose outputs it spends.
    #[must_use]
    pub fn relayed(&self) -> &[Txid] {
        &self.txids[1..]
    }

    /// Id of a transaction that spends an output of another one in the block, and an older coin
    /// before that: offered on its own, it is an orphan.
    #[must_use]
    pub fn early(&self) -> Txid {
        self.early
    }

    /// Id of a transaction other than the coinbase that creates a coin which the block does not
    /// spend: it can be recognised once the block is connected.
    #[must_use]
    pub fn confirmed(&self) -> Txid {
        self.confirmed
    }

    /// The `block` message.
    #[must_use]
    pub fn block_message(&self) -> (Header, &'static [u8]) {
        self.message(&self.block)
    }

    /// The `tx` message of a transaction, if it is in the block.
    #[must_use]
    pub fn tx_message(&self, txid: &Txid) -> Option<(Header, &'static [u8])> {
        self.transactions.get(txid).map(|encoded| self.message(encoded))
    }

    fn message(&self, encoded: &Encoded) -> (Header, &'static [u8]) {
        (encoded.header, &self.bytes[encoded.payload.clone()])
    }
}

/// Finds the transactions in the encoded block: a header, their number, then one after the other.
fn encode_transactions(bytes: &[u8], block: &CheckedBlock) -> Result<HashMap<Txid, Encoded>, Error> {
    let transactions = &block.block().txdata;
    let mut start = BlockHeader::SIZE + VarInt::from(transactions.len()).size();
    let mut encoded = HashMap::with_capacity(transactions.len());
    for (transaction, txid) in transactions.iter().zip(block.txids()) {
        let payload = start..start + transaction.total_size();
        start = payload.end;
        let header = Header::new(TX, &bytes[payload.clone()])?;
        encoded.insert(*txid, Encoded { header, payload });
    }
    Ok(encoded)
}

fn coins_before(block: &CheckedBlock) -> Vec<OutPoint> {
    let created: HashSet<_> = block.txids().iter().collect();
    let spent = relayed(block).flat_map(|(transaction, _)| outpoints(transaction));
    spent.filter(|outpoint| !created.contains(&outpoint.txid)).collect()
}

fn early(block: &CheckedBlock) -> Option<Txid> {
    let created: HashSet<_> = block.txids().iter().collect();
    let mut candidates = relayed(block).filter(|(transaction, _)| {
        let mut inputs = outpoints(transaction).map(|outpoint| created.contains(&outpoint.txid));
        inputs.next() == Some(false) && inputs.any(|in_block| in_block)
    });
    candidates.next().map(|(_, txid)| txid)
}

fn confirmed(block: &CheckedBlock) -> Option<Txid> {
    let spent: HashSet<_> = relayed(block).flat_map(|(transaction, _)| outpoints(transaction)).collect();
    let mut candidates = relayed(block).filter(|(transaction, txid)| {
        (0..).zip(&transaction.output).any(|(vout, output)| {
            let stays = !spent.contains(&OutPoint { txid: *txid, vout });
            stays && Coin::created_by(output, 0, false).is_some()
        })
    });
    candidates.next().map(|(_, txid)| txid)
}

/// The transactions that travel on their own: all but the coinbase.
fn relayed(block: &CheckedBlock) -> impl Iterator<Item = (&Transaction, Txid)> {
    block.block().txdata.iter().zip(block.txids().iter().copied()).skip(1)
}

fn outpoints(transaction: &Transaction) -> impl Iterator<Item = OutPoint> + '_ {
    transaction.input.iter().map(|input| input.previous_output)
}
