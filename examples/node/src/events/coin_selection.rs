//! Choice of the coins that fund a payment: provider `coin_selection`.
//!
//! Declared for completeness: this program has no wallet and fires none of these events.

use tracepoints::Event;

/// A coin selection algorithm found a solution.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "coin_selection")]
pub struct SelectedCoins<'a> {
    /// Name of the wallet.
    pub wallet: &'a str,
    /// Name of the algorithm, for example `bnb` or `knapsack`.
    pub algorithm: &'a str,
    /// Value to be reached, in satoshis.
    pub target: i64,
    /// The waste metric of the solution.
    pub waste: i64,
    /// Total value of the chosen coins, in satoshis.
    pub selected: i64,
}

/// The first attempt to create a transaction ended.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "coin_selection")]
pub struct NormalCreateTxInternal<'a> {
    /// Name of the wallet.
    pub wallet: &'a str,
    /// Whether a transaction was created.
    pub success: bool,
    /// Its expected fee, in satoshis.
    pub fee: i64,
    /// Position of the change output; -1 if there is none.
    pub change_position: i32,
}

/// A second attempt begins, that avoids partial spends ("APS") of an address.
///
/// The next `coin_selection` events belong to this attempt.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "coin_selection")]
pub struct AttemptingApsCreateTx<'a> {
    /// Name of the wallet.
    pub wallet: &'a str,
}

/// The attempt that avoids partial spends ended.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(provider = "coin_selection")]
pub struct ApsCreateTxInternal<'a> {
    /// Name of the wallet.
    pub wallet: &'a str,
    /// Whether its transaction is used rather than the one of the first attempt.
    pub use_aps: bool,
    /// Whether a transaction was created.
    pub success: bool,
    /// Its expected fee, in satoshis.
    pub fee: i64,
    /// Position of the change output; -1 if there is none.
    pub change_position: i32,
}
