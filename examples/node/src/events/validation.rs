//! Blocks: provider `validation`.

use tracepoints::Event;

/// A block was connected to the chain.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "validation")]
pub struct BlockConnected<'a> {
    /// Hash of the block, in internal byte order.
    pub hash: &'a [u8; 32],
    /// Height of the block.
    pub height: i32,
    /// Number of transactions, the coinbase included.
    pub transactions: u64,
    /// Number of inputs, the one of the coinbase included.
    pub inputs: i32,
    /// Cost of the signature operations.
    ///
    /// This program counts the operations that can be seen in the block itself: those in input
    /// scripts and output scripts, times 4. Bitcoin Core adds those in P2SH redeem scripts and in
    /// witnesses; to find them one needs the outputs being spent, which are not in the block.
    pub sigops: i64,
    /// Time it took to connect the block, in nanoseconds.
    pub connection_time: i64,
}
