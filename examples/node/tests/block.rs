//! The facts of the block, and what happens to one that was tampered with.

use std::sync::Arc;

use bitcoin::consensus::deserialize;
use bitcoin::hashes::Hash;
use bitcoin::{Amount, Block, BlockHash, TxMerkleNode, TxOut, Witness};
use node::block::{BlockError, CheckedBlock};
use node::chain::{Chain, Tip};
use node::replay::Replay;
use node::summary::Tally;

fn block() -> Block {
    deserialize(bitcoin_test_data::blocks::mainnet_702861()).unwrap()
}

fn checked() -> CheckedBlock {
    CheckedBlock::new(block()).unwrap()
}

fn refusal(tamper: impl FnOnce(&mut Block)) -> BlockError {
    let mut block = block();
    tamper(&mut block);
    CheckedBlock::new(block).unwrap_err()
}

/// A chain that is ready for the block, and the count of what it does.
fn chain(replay: &Replay) -> (Chain, Arc<Tally>) {
    let tally = Arc::new(Tally::default());
    (Chain::new(replay.tip_before(), replay.coins_before(), Arc::clone(&tally)), tally)
}

#[test]
fn the_block_is_the_one_of_30_september_2021() {
    let block = checked();
    assert_eq!(block.hash().to_string(), "000000000000000000000c835b2adcaedc20fdf6ee440009c249452c726dafae");
    assert_eq!(block.height(), Ok(702_861));
    assert_eq!(block.txids().len(), 2_500);
    assert_eq!(block.inputs(), 6_518);
    let outputs = block.block().txdata.iter().map(|tx| tx.output.len()).sum::<usize>();
    assert_eq!(outputs, 6_015);
}

#[test]
fn a_block_without_work_is_refused() {
    assert_eq!(refusal(|block| block.header.nonce += 1), BlockError::ProofOfWork);
    let other_root = TxMerkleNode::all_zeros();
    assert_eq!(refusal(|block| block.header.merkle_root = other_root), BlockError::ProofOfWork);
}

#[test]
fn a_block_with_other_transactions_is_refused() {
    assert_eq!(refusal(|block| drop(block.txdata.pop())), BlockError::MerkleRoot);
    assert_eq!(refusal(|block| block.txdata.swap(1, 2)), BlockError::MerkleRoot);
    assert_eq!(refusal(|block| block.txdata.clear()), BlockError::MerkleRoot);
    let steal = |block: &mut Block| block.txdata[1].output[0].value = Amount::MAX_MONEY;
    assert_eq!(refusal(steal), BlockError::MerkleRoot);
}

#[test]
fn a_block_with_other_witnesses_is_refused() {
    let strip = |block: &mut Block| {
        let input = block.txdata.iter_mut().skip(1).flat_map(|tx| &mut tx.input);
        input.filter(|input| !input.witness.is_empty()).for_each(|input| input.witness = Witness::new());
    };
    assert_eq!(refusal(strip), BlockError::WitnessCommitment);
}

#[test]
fn the_block_extends_the_chain_once() {
    let replay = Replay::mainnet_702861().unwrap();
    let (mut chain, tally) = chain(&replay);
    chain.connect(&checked()).unwrap();
    assert_eq!(chain.tip(), Tip { hash: replay.hash(), height: 702_861 });
    assert_eq!(chain.connect(&checked()), Err(BlockError::Parent));
    assert_eq!(tally.summary().blocks, 1);
    chain.rewind();
    chain.connect(&checked()).unwrap();
    assert_eq!(tally.summary().blocks, 2);
}

#[test]
fn the_block_does_not_extend_another_chain() {
    let replay = Replay::mainnet_702861().unwrap();
    let elsewhere = Tip { hash: BlockHash::all_zeros(), ..replay.tip_before() };
    let too_early = Tip { height: 1, ..replay.tip_before() };
    for (tip, error) in [(elsewhere, BlockError::Parent), (too_early, BlockError::Height)] {
        let mut chain = Chain::new(tip, replay.coins_before(), Arc::default());
        assert_eq!(chain.connect(&checked()), Err(error));
        assert_eq!(chain.tip(), tip);
    }
}

#[test]
fn a_block_that_spends_a_missing_coin_changes_nothing() {
    let replay = Replay::mainnet_702861().unwrap();
    let (missing, others) = replay.coins_before().split_last().unwrap();
    let tally = Arc::new(Tally::default());
    let mut chain = Chain::new(replay.tip_before(), others, Arc::clone(&tally));
    for _ in 0..2 {
        assert_eq!(chain.connect(&checked()), Err(BlockError::MissingInput(*missing)));
    }
    assert_eq!(chain.tip(), replay.tip_before());
    assert_eq!(tally.summary().blocks, 0);
}

#[test]
fn every_coin_spent_is_older_or_created_by_the_block() {
    let replay = Replay::mainnet_702861().unwrap();
    let (mut chain, tally) = chain(&replay);
    chain.connect(&checked()).unwrap();
    let summary = tally.summary();
    assert_eq!(summary.spent, 6_517);
    let unspendable = |output: &&TxOut| output.script_pubkey.is_op_return();
    let block = block();
    let skipped = block.txdata.iter().flat_map(|tx| &tx.output).filter(unspendable).count();
    assert_eq!(summary.added, 6_015 - skipped as u64);
}
