//! Blocks, and the rules that can be checked without knowing the chain.

use bitcoin::block::Header;
use bitcoin::{Block, BlockHash, OutPoint, Txid, Weight, merkle_tree};

/// The rule that a block breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// The hash does not meet the target in the header.
    #[error("the hash does not meet the target")]
    ProofOfWork,
    /// The transactions are not those that the header commits to.
    #[error("the transactions do not match the merkle root in the header")]
    MerkleRoot,
    /// The witnesses are not those that the coinbase commits to.
    #[error("the witnesses do not match the commitment in the coinbase")]
    WitnessCommitment,
    /// The first transaction is not a coinbase.
    #[error("the first transaction is not a coinbase")]
    NoCoinbase,
    /// A transaction other than the first is a coinbase.
    #[error("there is more than one coinbase")]
    ManyCoinbases,
    /// The block is too large.
    #[error("the block weighs more than {} weight units", Weight::MAX_BLOCK)]
    Weight,
    /// The coinbase does not state the height that follows from the chain.
    #[error("the coinbase does not state the height of the block")]
    Height,
    /// The block does not extend the chain.
    #[error("the block does not extend the chain")]
    Parent,
    /// A coin that the block spends does not exist.
    #[error("{0} is spent, but does not exist or is spent already")]
    MissingInput(OutPoint),
    /// The outputs of a transaction are worth more than all money that can ever exist.
    #[error("the outputs of transaction {0} are worth more than all money")]
    OutputsTooLarge(Txid),
    /// A transaction spends more than it has.
    #[error("transaction {0} spends more than it has")]
    BelowOutputs(Txid),
}

impl BlockError {
    /// The rule in the words of Bitcoin Core.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::ProofOfWork => "high-hash",
            Self::MerkleRoot => "bad-txnmrklroot",
            Self::WitnessCommitment => "bad-witness-merkle-match",
            Self::NoCoinbase => "bad-cb-missing",
            Self::ManyCoinbases => "bad-cb-multiple",
            Self::Weight => "bad-blk-weight",
            Self::Height => "bad-cb-height",
            Self::Parent => "prev-blk-not-found",
            Self::MissingInput(_) => "bad-txns-inputs-missingorspent",
            Self::OutputsTooLarge(_) => "bad-txns-txouttotal-toolarge",
            Self::BelowOutputs(_) => "bad-txns-in-belowout",
        }
    }
}

/// A block that keeps all rules that can be checked without knowing the chain.
#[derive(Debug)]
pub struct CheckedBlock {
    block: Block,
    hash: BlockHash,
    txids: Vec<Txid>,
}

impl CheckedBlock {
    /// Checks a block: proof of work, merkle root, coinbase, weight and witnesses.
    ///
    /// The target is the one that the header states; whether it is the right one depends on
    /// earlier blocks.
    ///
    /// # Errors
    ///
    /// The first rule that the block breaks.
    pub fn new(block: Block) -> Result<Self, BlockError> {
        let hash = check_proof_of_work(&block.header)?;
        let txids: Vec<_> = block.txdata.iter().map(|tx| tx.compute_txid()).collect();
        check_merkle_root(&block.header, &txids)?;
        check_coinbase(&block)?;
        if block.weight() > Weight::MAX_BLOCK {
            return Err(BlockError::Weight);
        }
        if !block.check_witness_commitment() {
            return Err(BlockError::WitnessCommitment);
        }
        Ok(Self { block, hash, txids })
    }

    /// The block itself.
    #[must_use]
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// Its hash.
    #[must_use]
    pub fn hash(&self) -> &BlockHash {
        &self.hash
    }

    /// The ids of its transactions, in the order of the block.
    #[must_use]
    pub fn txids(&self) -> &[Txid] {
        &self.txids
    }

    /// The height that the coinbase states.
    ///
    /// # Errors
    ///
    /// If it states none.
    pub fn height(&self) -> Result<u32, BlockError> {
        let height = self.block.bip34_block_height().map_err(|_| BlockError::Height)?;
        u32::try_from(height).map_err(|_| BlockError::Height)
    }

    /// Number of inputs, the one of the coinbase included.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.block.txdata.iter().map(|tx| tx.input.len()).sum()
    }

    /// Cost of the signature operations in input and output scripts. Those in P2SH redeem scripts
    /// and in witnesses cannot be found without the outputs being spent.
    #[must_use]
    pub fn sigops(&self) -> usize {
        self.block.txdata.iter().map(|tx| tx.total_sigop_cost(|_| None)).sum()
    }
}

/// Checks that the hash of a header meets the target which the header states, and returns it.
///
/// # Errors
///
/// If it does not.
pub fn check_proof_of_work(header: &Header) -> Result<BlockHash, BlockError> {
    header.validate_pow(header.target()).map_err(|_| BlockError::ProofOfWork)
}

fn check_merkle_root(header: &Header, txids: &[Txid]) -> Result<(), BlockError> {
    let root = merkle_tree::calculate_root(txids.iter().map(|txid| txid.to_raw_hash()));
    match root {
        Some(root) if header.merkle_root.to_raw_hash() == root => Ok(()),
        _ => Err(BlockError::MerkleRoot),
    }
}

fn check_coinbase(block: &Block) -> Result<(), BlockError> {
    match block.txdata.split_first() {
        Some((first, rest)) if first.is_coinbase() => {
            if rest.iter().any(|tx| tx.is_coinbase()) {
                return Err(BlockError::ManyCoinbases);
            }
            Ok(())
        }
        _ => Err(BlockError::NoCoinbase),
    }
}
