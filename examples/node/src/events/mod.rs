//! Bitcoin Core's tracepoint catalogue: 20 events, with Core's names, order of fields and meaning.
//!
//! Where Core passes one of a closed set of strings or numbers, the field is an enum. Where the
//! set is open (message types, reject reasons) it is text. Hashes and transaction ids are 32 bytes
//! in internal order, as Core passes them: reverse them to get the usual display form.
//!
//! The catalogue has no ties to the rest of this program and can be copied into another node.
//!
//! | provider | events | fired by this program |
//! |---|---|---|
//! | [`net`] | 7 | all |
//! | [`validation`] | 1 | all |
//! | [`utxocache`] | 4 | all |
//! | [`mempool`] | 4 | all but `mempool:replaced`: nothing here replaces a transaction |
//! | [`coin_selection`] | 4 | none: there is no wallet |

pub mod coin_selection;
pub mod mempool;
pub mod net;
pub mod utxocache;
pub mod validation;
