//! Unspent transaction outputs ("coins"): the database, and the cache in front of it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Instant;

use bitcoin::hashes::Hash;
use bitcoin::{Amount, OutPoint, Script, Transaction, TxOut};
use tracepoints::tracepoint;

use crate::events::utxocache::{Add, Flush, FlushMode, Spent, Uncache};
use crate::summary::Tally;

/// Length in bytes of the longest script that can be executed.
const MAX_SCRIPT_SIZE: usize = 10_000;

/// What is known of an unspent output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coin {
    /// Value in satoshis; -1 if unknown.
    pub value: i64,
    /// Height of the block that created it; 0 if unknown.
    pub height: u32,
    /// Whether a coinbase transaction created it; false if unknown.
    pub is_coinbase: bool,
}

impl Coin {
    /// A coin that exists, but of which nothing more is known.
    pub const UNKNOWN: Self = Self { value: -1, height: 0, is_coinbase: false };

    /// The coin that `output` creates, unless the output can never be spent.
    #[must_use]
    pub fn created_by(output: &TxOut, height: u32, is_coinbase: bool) -> Option<Self> {
        (!is_unspendable(&output.script_pubkey)).then(|| Self {
            value: satoshis(output.value),
            height,
            is_coinbase,
        })
    }

    /// The value in satoshis, if known.
    #[must_use]
    pub fn known_value(&self) -> Option<i64> {
        (self.value >= 0).then_some(self.value)
    }
}

/// The total value of the outputs of a transaction in satoshis. `None` if it is more money than
/// can ever exist.
pub(crate) fn value_created(transaction: &Transaction) -> Option<i64> {
    let mut values = transaction.output.iter().map(|output| output.value);
    let total = values.try_fold(Amount::ZERO, Amount::checked_add)?;
    (total <= Amount::MAX_MONEY).then(|| satoshis(total))
}

/// An amount as the events carry it.
pub(crate) fn satoshis(amount: Amount) -> i64 {
    i64::try_from(amount.to_sat()).unwrap_or(i64::MAX)
}

/// Whether an output with this script can never be spent and therefore never becomes a coin.
fn is_unspendable(script: &Script) -> bool {
    script.is_op_return() || script.len() > MAX_SCRIPT_SIZE
}

/// The coin database: all coins as of the last flush.
pub type CoinDb = HashMap<OutPoint, Coin>;

/// What the cache holds for an outpoint.
#[derive(Debug, Clone, Copy)]
enum Cached {
    /// A coin as it is in the database.
    Clean(Coin),
    /// A coin that the database does not have yet.
    Fresh(Coin),
    /// Nothing: the coin is spent, although the database still has it.
    Spent,
}

impl Cached {
    fn coin(self) -> Option<Coin> {
        match self {
            Self::Clean(coin) | Self::Fresh(coin) => Some(coin),
            Self::Spent => None,
        }
    }
}

/// The coins, with the changes since the last flush held in memory.
#[derive(Debug)]
pub struct CoinsCache {
    db: CoinDb,
    cached: HashMap<OutPoint, Cached>,
    tally: Arc<Tally>,
}

impl CoinsCache {
    /// An empty cache in front of a database.
    #[must_use]
    pub fn new(db: CoinDb, tally: Arc<Tally>) -> Self {
        Self { db, cached: HashMap::new(), tally }
    }

    /// The coin at `outpoint`, fetched into the cache if need be. `None` if missing or spent.
    pub fn fetch(&mut self, outpoint: &OutPoint) -> Option<Coin> {
        match self.cached.entry(*outpoint) {
            Entry::Occupied(entry) => entry.get().coin(),
            Entry::Vacant(entry) => {
                let coin = *self.db.get(outpoint)?;
                entry.insert(Cached::Clean(coin));
                Some(coin)
            }
        }
    }

    /// The coin at `outpoint` if it is in the cache: the database is not asked.
    #[must_use]
    pub fn peek(&self, outpoint: &OutPoint) -> Option<Coin> {
        self.cached.get(outpoint)?.coin()
    }

    /// Adds a coin that did not exist before: transaction ids do not repeat.
    pub fn add(&mut self, outpoint: OutPoint, coin: Coin) {
        self.tally.added.increment();
        tracepoint!(Add {
            txid: outpoint.txid.as_byte_array(),
            vout: outpoint.vout,
            height: coin.height,
            value: coin.value,
            is_coinbase: coin.is_coinbase,
        });
        self.cached.insert(outpoint, Cached::Fresh(coin));
    }

    /// Spends a coin and returns it. `None` if it is missing or spent already.
    pub fn spend(&mut self, outpoint: &OutPoint) -> Option<Coin> {
        let coin = self.fetch(outpoint)?;
        self.tally.spent.increment();
        tracepoint!(Spent {
            txid: outpoint.txid.as_byte_array(),
            vout: outpoint.vout,
            height: coin.height,
            value: coin.value,
            is_coinbase: coin.is_coinbase,
        });
        match self.cached.get_mut(outpoint) {
            Some(cached @ Cached::Clean(_)) => *cached = Cached::Spent,
            // The database never has to know of a coin that came and went in between.
            _ => {
                self.cached.remove(outpoint);
            }
        }
        Some(coin)
    }

    /// Drops a coin from the cache if it is there and unmodified.
    pub fn uncache(&mut self, outpoint: &OutPoint) {
        let Some(Cached::Clean(coin)) = self.cached.get(outpoint) else {
            return;
        };
        self.tally.uncached.increment();
        tracepoint!(Uncache {
            txid: outpoint.txid.as_byte_array(),
            vout: outpoint.vout,
            height: coin.height,
            value: coin.value,
            is_coinbase: coin.is_coinbase,
        });
        self.cached.remove(outpoint);
    }

    /// Writes all changes to the database and empties the cache.
    pub fn flush(&mut self) {
        let start = Instant::now();
        let (coins_count, coins_mem_usage) = (self.cached.len() as u64, self.memory_usage());
        for (outpoint, cached) in self.cached.drain() {
            match cached {
                Cached::Clean(_) => {}
                Cached::Fresh(coin) => {
                    self.db.insert(outpoint, coin);
                }
                Cached::Spent => {
                    self.db.remove(&outpoint);
                }
            }
        }
        let duration = start.elapsed();
        self.tally.flushes.increment();
        tracepoint!(Flush {
            duration: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX),
            mode: FlushMode::ForceFlush,
            coins_count,
            coins_mem_usage,
            flushed_for_prune: false,
        });
    }

    /// Forgets all changes since the last flush.
    pub fn discard(&mut self) {
        self.cached.clear();
    }

    /// Puts another state in place of the database and empties the cache.
    pub fn reset(&mut self, db: &CoinDb) {
        self.discard();
        self.db.clone_from(db);
    }

    /// The database: the coins as of the last flush.
    #[must_use]
    pub fn db(&self) -> &CoinDb {
        &self.db
    }

    /// An estimate of the memory in use: the table, without the allocator's overhead.
    fn memory_usage(&self) -> u64 {
        (self.cached.capacity() * size_of::<(OutPoint, Cached)>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outpoint(vout: u32) -> OutPoint {
        OutPoint { vout, ..OutPoint::null() }
    }

    fn coin(value: i64) -> Coin {
        Coin { value, height: 7, is_coinbase: false }
    }

    fn cache() -> CoinsCache {
        CoinsCache::new(CoinDb::from([(outpoint(0), coin(10)), (outpoint(1), coin(11))]), Arc::default())
    }

    #[test]
    fn a_coin_is_spent_once() {
        let mut cache = cache();
        assert_eq!(cache.spend(&outpoint(0)), Some(coin(10)));
        assert_eq!(cache.spend(&outpoint(0)), None);
        assert_eq!(cache.spend(&outpoint(9)), None);
        assert_eq!(cache.tally.summary().spent, 1);
    }

    #[test]
    fn a_flush_writes_what_changed() {
        let mut cache = cache();
        cache.spend(&outpoint(0));
        cache.add(outpoint(2), coin(12));
        cache.add(outpoint(3), coin(13));
        cache.spend(&outpoint(3));
        cache.flush();
        let left = CoinDb::from([(outpoint(1), coin(11)), (outpoint(2), coin(12))]);
        assert_eq!(cache.db(), &left);
        assert_eq!(cache.peek(&outpoint(2)), None);
        assert_eq!(cache.fetch(&outpoint(2)), Some(coin(12)));
    }

    #[test]
    fn discarded_changes_leave_no_trace() {
        let mut cache = cache();
        cache.spend(&outpoint(0));
        cache.add(outpoint(2), coin(12));
        cache.discard();
        assert_eq!(cache.fetch(&outpoint(0)), Some(coin(10)));
        assert_eq!(cache.fetch(&outpoint(2)), None);
    }

    #[test]
    fn only_unmodified_coins_are_uncached() {
        let mut cache = cache();
        cache.fetch(&outpoint(0));
        cache.spend(&outpoint(1));
        cache.add(outpoint(2), coin(12));
        for vout in 0..4 {
            cache.uncache(&outpoint(vout));
        }
        assert_eq!(cache.tally.summary().uncached, 1);
        assert_eq!(cache.peek(&outpoint(0)), None);
        assert_eq!(cache.fetch(&outpoint(1)), None);
        assert_eq!(cache.peek(&outpoint(2)), Some(coin(12)));
    }
}
