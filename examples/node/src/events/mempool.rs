//! Transactions that wait for a block: provider `mempool`.
//!
//! The fee of a transaction is the value of its inputs less the value of its outputs. This program
//! knows the value of an input only if another waiting transaction created it, so for most
//! transactions the fee is **unknown: -1**.

use tracepoints::{Event, Value};

/// Why a transaction left the mempool.
///
/// Bitcoin Core passes the names `expiry`, `sizelimit`, `reorg`, `block`, `conflict`, `replaced`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Value)]
pub enum RemovalReason {
    /// It waited for too long.
    Expiry,
    /// The mempool was full.
    Sizelimit,
    /// A change of the best chain made it invalid.
    Reorg,
    /// It was included in a block.
    Block,
    /// A block contains a transaction that spends the same coin.
    Conflict,
    /// A transaction that spends the same coin for a higher fee took its place.
    Replaced,
}

/// A transaction was accepted.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "mempool")]
pub struct Added<'a> {
    /// Id of the transaction, in internal byte order.
    pub txid: &'a [u8; 32],
    /// Virtual size in bytes.
    pub vsize: i32,
    /// Fee in satoshis; -1 if unknown.
    pub fee: i64,
}

/// A transaction was removed.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "mempool")]
pub struct Removed<'a> {
    /// Id of the transaction, in internal byte order.
    pub txid: &'a [u8; 32],
    /// Why it was removed.
    pub reason: RemovalReason,
    /// Virtual size in bytes.
    pub vsize: i32,
    /// Fee in satoshis; -1 if unknown.
    pub fee: i64,
    /// When it was accepted, in seconds since 1970.
    pub entry_time: u64,
}

/// A transaction was replaced by one or more others that pay more.
///
/// One event is fired for each transaction that is replaced. Declared for completeness: this
/// program does not replace transactions.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "mempool")]
pub struct Replaced<'a> {
    /// Id of the replaced transaction, in internal byte order.
    pub replaced_txid: &'a [u8; 32],
    /// Virtual size of the replaced transaction in bytes.
    pub replaced_vsize: i32,
    /// Fee of the replaced transaction in satoshis.
    pub replaced_fee: i64,
    /// When the replaced transaction was accepted, in seconds since 1970.
    pub replaced_entry_time: u64,
    /// Id of the replacement, or hash of the package that replaces, in internal byte order.
    pub replacement: &'a [u8; 32],
    /// Virtual size of the replacement in bytes.
    pub replacement_vsize: i32,
    /// Fee of the replacement in satoshis.
    pub replacement_fee: i64,
    /// Whether `replacement` is a transaction id; else it is the hash of a package.
    pub replacement_is_txid: bool,
}

/// A transaction was refused.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "mempool")]
pub struct Rejected<'a> {
    /// Id of the transaction, in internal byte order.
    pub txid: &'a [u8; 32],
    /// Why, in the words of Bitcoin Core, for example `txn-already-in-mempool`.
    pub reason: &'a str,
}
