//! What a run did, in numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// Declares [`Summary`], and [`Tally`] which counts towards it while the run goes on.
macro_rules! summary {
    ($($(#[$doc:meta])* $field:ident => $tracepoint:literal,)*) => {
        /// What a run did. Every number is also the number of times that a tracepoint was passed.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Summary {
            $($(#[$doc])* pub $field: u64,)*
        }

        impl Summary {
            /// How many times the run passed each tracepoint, by full name.
            pub fn by_tracepoint(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
                [$(($tracepoint, self.$field)),*].into_iter()
            }
        }

        /// The numbers of a run that goes on, shared between its threads.
        #[derive(Debug, Default)]
        pub struct Tally {
            $(pub(crate) $field: Counter,)*
        }

        impl Tally {
            /// The numbers up to now.
            #[must_use]
            pub fn summary(&self) -> Summary {
                Summary { $($field: self.$field.get(),)* }
            }
        }
    };
}

summary! {
    /// Blocks connected to the chain.
    blocks => "validation:block_connected",
    /// Transactions accepted to the mempool.
    accepted => "mempool:added",
    /// Transactions refused by the mempool.
    rejected => "mempool:rejected",
    /// Transactions removed from the mempool.
    removed => "mempool:removed",
    /// Coins created by a block.
    added => "utxocache:add",
    /// Coins spent by a block.
    spent => "utxocache:spent",
    /// Coins dropped from the cache because the transaction that wanted them was refused.
    uncached => "utxocache:uncache",
    /// Times that the coins were written to the coin database.
    flushes => "utxocache:flush",
    /// Messages sent, by all peers.
    sent => "net:outbound_message",
    /// Messages received, by all peers.
    received => "net:inbound_message",
    /// Connections accepted.
    inbound => "net:inbound_connection",
    /// Connections made.
    outbound => "net:outbound_connection",
    /// Peers disconnected to make room.
    evicted => "net:evicted_inbound_connection",
    /// Peers that broke the rules.
    misbehaved => "net:misbehaving_connection",
    /// Connections closed, each counted at both of its ends.
    closed => "net:closed_connection",
}

/// A number that several threads count up.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Counts one.
    pub(crate) fn increment(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
