//! Transactions that wait for a block.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use bitcoin::hashes::Hash;
use bitcoin::{OutPoint, Transaction, Txid};
use tracepoints::tracepoint;

use crate::events::mempool::{Added, Rejected, RemovalReason, Removed};
use crate::peer::unix_time;
use crate::summary::Tally;
use crate::utxo::{CoinsCache, satoshis, value_created};

/// Why a transaction is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// A coinbase transaction makes sense only inside its block.
    Coinbase,
    /// Its outputs are worth more than all money that can ever exist.
    OutputsTooLarge,
    /// The same transaction is waiting.
    AlreadyInMempool,
    /// The same transaction is waiting, with other signatures.
    SameNonWitnessData,
    /// It spends a coin that a waiting transaction spends. This mempool does not replace.
    Conflict,
    /// It is part of the chain.
    AlreadyKnown,
    /// It spends a coin that does not exist, or not yet, or not any more.
    MissingInputs,
    /// It spends more than it has.
    BelowOutputs,
}

impl Rejection {
    /// The reason in the words of Bitcoin Core.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Coinbase => "coinbase",
            Self::OutputsTooLarge => "bad-txns-txouttotal-toolarge",
            Self::AlreadyInMempool => "txn-already-in-mempool",
            Self::SameNonWitnessData => "txn-same-nonwitness-data-in-mempool",
            Self::Conflict => "bip125-replacement-disallowed",
            Self::AlreadyKnown => "txn-already-known",
            Self::MissingInputs => "bad-txns-inputs-missingorspent",
            Self::BelowOutputs => "bad-txns-in-belowout",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::error::Error for Rejection {}

/// A transaction that waits.
#[derive(Debug)]
struct Waiting {
    transaction: Transaction,
    vsize: i32,
    /// In satoshis; -1 if unknown.
    fee: i64,
    /// In seconds since 1970.
    entry_time: u64,
}

/// The transactions that wait for a block.
#[derive(Debug)]
pub struct Mempool {
    waiting: HashMap<Txid, Waiting>,
    /// Which waiting transaction spends an outpoint.
    spenders: HashMap<OutPoint, Txid>,
    tally: Arc<Tally>,
}

impl Mempool {
    /// An empty mempool.
    #[must_use]
    pub fn new(tally: Arc<Tally>) -> Self {
        Self { waiting: HashMap::new(), spenders: HashMap::new(), tally }
    }

    /// Whether the transaction is waiting.
    #[must_use]
    pub fn contains(&self, txid: &Txid) -> bool {
        self.waiting.contains_key(txid)
    }

    /// Number of waiting transactions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether no transaction is waiting.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes a transaction in, if it spends coins that exist and that nobody else spends.
    ///
    /// Scripts and signatures are not checked: that takes the outputs being spent, which the
    /// replayed data does not contain.
    ///
    /// # Errors
    ///
    /// The reason why the transaction is refused.
    pub fn accept(&mut self, transaction: Transaction, coins: &mut CoinsCache) -> Result<(), Rejection> {
        let txid = transaction.compute_txid();
        let mut fetched = Vec::new();
        match self.check(&txid, &transaction, coins, &mut fetched) {
            Ok(fee) => {
                self.insert(txid, transaction, fee);
                Ok(())
            }
            Err(rejection) => {
                fetched.iter().for_each(|outpoint| coins.uncache(outpoint));
                self.tally.rejected.increment();
                tracepoint!(Rejected { txid: txid.as_byte_array(), reason: rejection.as_str() });
                Err(rejection)
            }
        }
    }

    /// Returns the fee, or -1 if it is unknown. Coins that had to be fetched for the transaction
    /// are listed in `fetched`, for they are of no use if it is refused.
    fn check(
        &self,
        txid: &Txid,
        transaction: &Transaction,
        coins: &mut CoinsCache,
        fetched: &mut Vec<OutPoint>,
    ) -> Result<i64, Rejection> {
        let created = value_created(transaction).ok_or(Rejection::OutputsTooLarge)?;
        if transaction.is_coinbase() {
            return Err(Rejection::Coinbase);
        }
        self.check_unique(txid, transaction)?;
        let spent = self.value_spent(txid, transaction, coins, fetched)?;
        match spent {
            None => Ok(-1),
            Some(spent) if spent >= created => Ok(spent - created),
            Some(_) => Err(Rejection::BelowOutputs),
        }
    }

    fn check_unique(&self, txid: &Txid, transaction: &Transaction) -> Result<(), Rejection> {
        match self.waiting.get(txid) {
            Some(waiting) if waiting.transaction == *transaction => Err(Rejection::AlreadyInMempool),
            Some(_) => Err(Rejection::SameNonWitnessData),
            None if self.conflicts(transaction) => Err(Rejection::Conflict),
            None => Ok(()),
        }
    }

    fn conflicts(&self, transaction: &Transaction) -> bool {
        transaction.input.iter().any(|input| self.spenders.contains_key(&input.previous_output))
    }

    /// Returns the total value of the inputs, or `None` if the value of any is unknown.
    fn value_spent(
        &self,
        txid: &Txid,
        transaction: &Transaction,
        coins: &mut CoinsCache,
        fetched: &mut Vec<OutPoint>,
    ) -> Result<Option<i64>, Rejection> {
        let mut total = Some(0);
        for input in &transaction.input {
            let outpoint = &input.previous_output;
            let value = match self.output_value(outpoint) {
                Some(value) => Some(value),
                None => {
                    if coins.peek(outpoint).is_none() {
                        fetched.push(*outpoint);
                    }
                    let coin = coins
                        .fetch(outpoint)
                        .ok_or_else(|| missing_inputs(txid, transaction.output.len(), coins))?;
                    coin.known_value()
                }
            };
            total = total.zip(value).map(|(total, value): (i64, i64)| total.saturating_add(value));
        }
        Ok(total)
    }

    /// The value of an output that a waiting transaction would create.
    fn output_value(&self, outpoint: &OutPoint) -> Option<i64> {
        let creator = &self.waiting.get(&outpoint.txid)?.transaction;
        creator.output.get(outpoint.vout as usize).map(|output| satoshis(output.value))
    }

    fn insert(&mut self, txid: Txid, transaction: Transaction, fee: i64) {
        let vsize = i32::try_from(transaction.vsize()).unwrap_or(i32::MAX);
        for input in &transaction.input {
            self.spenders.insert(input.previous_output, txid);
        }
        self.tally.accepted.increment();
        tracepoint!(Added { txid: txid.as_byte_array(), vsize, fee });
        let entry_time = u64::try_from(unix_time()).unwrap_or_default();
        self.waiting.insert(txid, Waiting { transaction, vsize, fee, entry_time });
    }

    /// Removes the transactions of a block, and those that the block makes impossible.
    pub fn remove_for_block(&mut self, transactions: &[Transaction], txids: &[Txid]) {
        for (transaction, txid) in transactions.iter().zip(txids) {
            self.remove(txid, RemovalReason::Block);
            for input in &transaction.input {
                if let Some(spender) = self.spenders.get(&input.previous_output).copied() {
                    self.remove_with_descendants(spender);
                }
            }
        }
    }

    fn remove_with_descendants(&mut self, txid: Txid) {
        let mut doomed = vec![txid];
        while let Some(txid) = doomed.pop() {
            let Some(transaction) = self.remove(&txid, RemovalReason::Conflict) else {
                continue;
            };
            let outpoints = (0..).zip(&transaction.output).map(|(vout, _)| OutPoint { txid, vout });
            doomed.extend(outpoints.filter_map(|outpoint| self.spenders.get(&outpoint)));
        }
    }

    fn remove(&mut self, txid: &Txid, reason: RemovalReason) -> Option<Transaction> {
        let Waiting { transaction, vsize, fee, entry_time } = self.waiting.remove(txid)?;
        for input in &transaction.input {
            self.spenders.remove(&input.previous_output);
        }
        self.tally.removed.increment();
        tracepoint!(Removed { txid: txid.as_byte_array(), reason, vsize, fee, entry_time });
        Some(transaction)
    }
}

/// A transaction that is in the chain finds its inputs spent, but some of its outputs may exist.
fn missing_inputs(txid: &Txid, outputs: usize, coins: &CoinsCache) -> Rejection {
    let exists = |vout| coins.peek(&OutPoint { txid: *txid, vout }).is_some();
    if (0..).take(outputs).any(exists) { Rejection::AlreadyKnown } else { Rejection::MissingInputs }
}

#[cfg(test)]
mod tests {
    use bitcoin::absolute::LockTime;
    use bitcoin::transaction::Version;
    use bitcoin::{Amount, ScriptBuf, Sequence, TxIn, TxOut, Witness};

    use super::*;
    use crate::utxo::{Coin, CoinDb};

    fn outpoint(vout: u32) -> OutPoint {
        OutPoint { txid: Txid::all_zeros(), vout }
    }

    /// A transaction with one output.
    fn transaction(inputs: &[OutPoint], value: u64) -> Transaction {
        let spend = |outpoint: &OutPoint| TxIn {
            previous_output: *outpoint,
            script_sig: ScriptBuf::new(),
            sequence: Sequence::MAX,
            witness: Witness::new(),
        };
        Transaction {
            version: Version::TWO,
            lock_time: LockTime::ZERO,
            input: inputs.iter().map(spend).collect(),
            output: vec![TxOut { value: Amount::from_sat(value), script_pubkey: ScriptBuf::new() }],
        }
    }

    fn output_of(transaction: &Transaction) -> OutPoint {
        OutPoint { txid: transaction.compute_txid(), vout: 0 }
    }

    /// A mempool, and two coins: the first unknown, the second worth 100.
    fn setup() -> (Mempool, CoinsCache) {
        let known = Coin { value: 100, height: 1, is_coinbase: false };
        let db = CoinDb::from([(outpoint(0), Coin::UNKNOWN), (outpoint(1), known)]);
        (Mempool::new(Arc::default()), CoinsCache::new(db, Arc::default()))
    }

    fn fee(mempool: &Mempool, transaction: &Transaction) -> i64 {
        mempool.waiting[&transaction.compute_txid()].fee
    }

    #[test]
    fn the_fee_is_known_if_every_input_is() {
        let (mut mempool, mut coins) = setup();
        let unknown = transaction(&[outpoint(0)], 50);
        let known = transaction(&[outpoint(1)], 90);
        let child = transaction(&[output_of(&unknown), output_of(&known)], 120);
        for transaction in [&unknown, &known, &child] {
            mempool.accept(transaction.clone(), &mut coins).unwrap();
        }
        assert_eq!([&unknown, &known, &child].map(|tx| fee(&mempool, tx)), [-1, 10, 20]);
    }

    #[test]
    fn each_rule_refuses_for_its_own_reason() {
        let (mut mempool, mut coins) = setup();
        let accepted = transaction(&[outpoint(0)], 50);
        mempool.accept(accepted.clone(), &mut coins).unwrap();
        let mut resigned = accepted.clone();
        resigned.input[0].witness.push([1]);
        let cases = [
            (transaction(&[OutPoint::null()], 1), "coinbase"),
            (transaction(&[outpoint(1)], u64::MAX), "bad-txns-txouttotal-toolarge"),
            (accepted, "txn-already-in-mempool"),
            (resigned, "txn-same-nonwitness-data-in-mempool"),
            (transaction(&[outpoint(0)], 49), "bip125-replacement-disallowed"),
            (transaction(&[outpoint(1), outpoint(2)], 1), "bad-txns-inputs-missingorspent"),
            (transaction(&[outpoint(1)], 101), "bad-txns-in-belowout"),
        ];
        for (transaction, reason) in cases {
            let rejection = mempool.accept(transaction, &mut coins).unwrap_err();
            assert_eq!(rejection.as_str(), reason);
        }
        assert_eq!(mempool.len(), 1);
        assert_eq!(coins.peek(&outpoint(1)), None, "fetched in vain and not uncached");
    }

    #[test]
    fn a_confirmed_transaction_is_recognised() {
        let (mut mempool, mut coins) = setup();
        let confirmed = transaction(&[outpoint(0)], 50);
        coins.spend(&outpoint(0)).unwrap();
        coins.add(output_of(&confirmed), Coin { value: 50, height: 2, is_coinbase: false });
        assert_eq!(mempool.accept(confirmed, &mut coins), Err(Rejection::AlreadyKnown));
    }

    #[test]
    fn a_block_removes_its_transactions_and_what_depends_on_conflicts() {
        let (mut mempool, mut coins) = setup();
        let included = transaction(&[outpoint(1)], 90);
        let conflict = transaction(&[outpoint(0)], 50);
        let child = transaction(&[output_of(&conflict)], 40);
        for transaction in [&included, &conflict, &child] {
            mempool.accept(transaction.clone(), &mut coins).unwrap();
        }
        let block = [included, transaction(&[outpoint(0)], 49)];
        mempool.remove_for_block(&block, &block.each_ref().map(Transaction::compute_txid));
        assert!(mempool.is_empty());
        assert!(mempool.spenders.is_empty());
        assert_eq!(mempool.tally.summary().removed, 3);
    }
}
