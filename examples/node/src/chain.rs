//! The state of the chain: its tip, the coins, and the transactions that wait.

use std::sync::Arc;
use std::time::Instant;

use bitcoin::hashes::Hash;
use bitcoin::{BlockHash, OutPoint, Transaction, Txid};
use tracepoints::tracepoint;

use crate::block::{BlockError, CheckedBlock};
use crate::events::validation::BlockConnected;
use crate::mempool::{Mempool, Rejection};
use crate::summary::Tally;
use crate::utxo::{Coin, CoinDb, CoinsCache, value_created};

/// The last block of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tip {
    /// Its hash.
    pub hash: BlockHash,
    /// Its height.
    pub height: u32,
}

/// The state of the chain, which can be taken back to where it began.
#[derive(Debug)]
pub struct Chain {
    tip: Tip,
    coins: CoinsCache,
    mempool: Mempool,
    /// The state to which [`rewind`](Self::rewind) returns.
    origin: (Tip, CoinDb),
    tally: Arc<Tally>,
}

impl Chain {
    /// A chain that ends in `tip` and in which the coins at `outpoints` are unspent. They are
    /// known to exist, and nothing more.
    #[must_use]
    pub fn new(tip: Tip, outpoints: &[OutPoint], tally: Arc<Tally>) -> Self {
        let db: CoinDb = outpoints.iter().map(|outpoint| (*outpoint, Coin::UNKNOWN)).collect();
        Self {
            tip,
            coins: CoinsCache::new(db.clone(), Arc::clone(&tally)),
            mempool: Mempool::new(Arc::clone(&tally)),
            origin: (tip, db),
            tally,
        }
    }

    /// The last block.
    #[must_use]
    pub fn tip(&self) -> Tip {
        self.tip
    }

    /// The transactions that wait for a block.
    #[must_use]
    pub fn mempool(&self) -> &Mempool {
        &self.mempool
    }

    /// Offers a transaction to the mempool.
    ///
    /// # Errors
    ///
    /// The reason why it is refused.
    pub fn accept(&mut self, transaction: Transaction) -> Result<(), Rejection> {
        self.mempool.accept(transaction, &mut self.coins)
    }

    /// Extends the chain by a block. If that fails, the chain is as before.
    ///
    /// # Errors
    ///
    /// The rule that the block breaks.
    pub fn connect(&mut self, block: &CheckedBlock) -> Result<(), BlockError> {
        let start = Instant::now();
        let height = self.check_position(block)?;
        if let Err(error) = self.apply(block, height) {
            self.coins.discard();
            return Err(error);
        }
        let sigops = block.sigops();
        self.tip = Tip { hash: *block.hash(), height };
        let duration = start.elapsed();
        self.tally.blocks.increment();
        tracepoint!(BlockConnected {
            hash: block.hash().as_byte_array(),
            height: i32::try_from(height).unwrap_or(i32::MAX),
            transactions: block.txids().len() as u64,
            inputs: i32::try_from(block.inputs()).unwrap_or(i32::MAX),
            sigops: i64::try_from(sigops).unwrap_or(i64::MAX),
            connection_time: i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX),
        });
        self.mempool.remove_for_block(&block.block().txdata, block.txids());
        Ok(())
    }

    /// Returns the height of the block.
    fn check_position(&self, block: &CheckedBlock) -> Result<u32, BlockError> {
        if block.block().header.prev_blockhash != self.tip.hash {
            return Err(BlockError::Parent);
        }
        let height = block.height()?;
        if height != self.tip.height + 1 {
            return Err(BlockError::Height);
        }
        Ok(height)
    }

    /// Spends and creates the coins of a block.
    fn apply(&mut self, block: &CheckedBlock, height: u32) -> Result<(), BlockError> {
        for (transaction, txid) in block.block().txdata.iter().zip(block.txids()) {
            let is_coinbase = transaction.is_coinbase();
            if !is_coinbase {
                self.spend_inputs(transaction, txid)?;
            }
            for (vout, output) in (0..).zip(&transaction.output) {
                if let Some(coin) = Coin::created_by(output, height, is_coinbase) {
                    self.coins.add(OutPoint { txid: *txid, vout }, coin);
                }
            }
        }
        Ok(())
    }

    fn spend_inputs(&mut self, transaction: &Transaction, txid: &Txid) -> Result<(), BlockError> {
        let mut spent = Some(0);
        for input in &transaction.input {
            let outpoint = input.previous_output;
            let coin = self.coins.spend(&outpoint).ok_or(BlockError::MissingInput(outpoint))?;
            spent =
                spent.zip(coin.known_value()).map(|(total, value): (i64, i64)| total.saturating_add(value));
        }
        match (spent, value_created(transaction)) {
            (_, None) => Err(BlockError::OutputsTooLarge(*txid)),
            (Some(spent), Some(created)) if spent < created => Err(BlockError::BelowOutputs(*txid)),
            _ => Ok(()),
        }
    }

    /// Writes the coins to the coin database.
    pub fn flush(&mut self) {
        self.coins.flush();
    }

    /// Goes back to the state in which the chain was made.
    pub fn rewind(&mut self) {
        let (tip, db) = &self.origin;
        self.tip = *tip;
        self.coins.reset(db);
        self.mempool = Mempool::new(Arc::clone(&self.tally));
    }
}
