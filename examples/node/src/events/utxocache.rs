//! The cache of unspent transaction outputs ("coins"): provider `utxocache`.
//!
//! A block names the outputs that it spends, but not their value, height and kind. A program that
//! starts from a single block, as this one does, cannot know them unless the output was created in
//! the same block. Such a coin is reported as **unknown: value -1, height 0, `is_coinbase` false**.

use tracepoints::{Event, Value};

/// Why the cache was asked to write to the coin database, numbered as in Bitcoin Core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Value)]
pub enum FlushMode {
    /// 0: no reason; nothing is written unless pruning wants it.
    None,
    /// 1: only if the cache is over its size limit.
    IfNeeded,
    /// 2: some time has passed since the last write.
    Periodic,
    /// 3: write everything and empty the cache.
    ForceFlush,
    /// 4: write everything and keep the cache.
    ForceSync,
}

/// The cache was written to the coin database.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "utxocache")]
pub struct Flush {
    /// Time it took, in microseconds.
    pub duration: i64,
    /// Why the cache was written.
    pub mode: FlushMode,
    /// Number of coins in the cache before it was written.
    pub coins_count: u64,
    /// Memory used by the cache before it was written, in bytes. An estimate in this program.
    pub coins_mem_usage: u64,
    /// Whether pruning of block files asked for it.
    pub flushed_for_prune: bool,
}

/// A coin was added to the cache: an output was created.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "utxocache")]
pub struct Add<'a> {
    /// Id of the transaction that created the coin, in internal byte order.
    pub txid: &'a [u8; 32],
    /// Index of the output in that transaction.
    pub vout: u32,
    /// Height of the block that created the coin.
    pub height: u32,
    /// Value in satoshis.
    pub value: i64,
    /// Whether a coinbase transaction created the coin.
    pub is_coinbase: bool,
}

/// A coin was spent.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "utxocache")]
pub struct Spent<'a> {
    /// Id of the transaction that created the coin, in internal byte order.
    pub txid: &'a [u8; 32],
    /// Index of the output in that transaction.
    pub vout: u32,
    /// Height of the block that created the coin, not of the one that spends it. 0 if unknown.
    pub height: u32,
    /// Value in satoshis; -1 if unknown.
    ///
    /// This program knows the value only of coins created in the block that it replays.
    pub value: i64,
    /// Whether a coinbase transaction created the coin. Also false if unknown (value -1).
    pub is_coinbase: bool,
}

/// An unmodified coin was dropped from the cache: it had been fetched for a transaction that was
/// then refused.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "utxocache")]
pub struct Uncache<'a> {
    /// Id of the transaction that created the coin, in internal byte order.
    pub txid: &'a [u8; 32],
    /// Index of the output in that transaction.
    pub vout: u32,
    /// Height of the block that created the coin. 0 if unknown.
    pub height: u32,
    /// Value in satoshis; -1 if unknown.
    ///
    /// This program knows the value only of coins created in the block that it replays.
    pub value: i64,
    /// Whether a coinbase transaction created the coin. Also false if unknown (value -1).
    pub is_coinbase: bool,
}
