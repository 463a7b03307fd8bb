//! Two peers of a small Bitcoin-like node that talk the real P2P protocol and replay a real block,
//! with Bitcoin Core's catalogue of tracepoints.
//!
//! It is there to be watched. A round replays block 702,861 of the main network over loopback TCP:
//! the serving peer announces 2,499 transactions, the observing peer asks for them and takes them
//! into its mempool; then the block follows, is checked, spends 6,517 coins and empties the
//! mempool. Some transactions come at the wrong time, a peer is evicted, another misbehaves. See
//! [`events`] for what can be watched.
//!
//! One round passes these tracepoints, every time as often:
//!
//! | tracepoint | times | |
//! |---|---|---|
//! | `net:outbound_message`, `net:inbound_message` | 2,531 each | 2,503 of them `tx` |
//! | `net:outbound_connection`, `net:inbound_connection` | 2 each | two visitors |
//! | `net:evicted_inbound_connection` | 1 | the first visitor makes room for the second |
//! | `net:misbehaving_connection` | 1 | the second visitor sends a header without work |
//! | `net:closed_connection` | 4 | both, at both ends |
//! | `mempool:added`, `mempool:removed` | 2,499 each | all transactions but the coinbase |
//! | `mempool:rejected` | 4 | too early, twice, a coinbase, confirmed already |
//! | `utxocache:uncache` | 1 | the coin fetched for the one that came too early |
//! | `utxocache:spent` | 6,517 | all inputs but the coinbase's |
//! | `utxocache:add` | 5,992 | all outputs that can be spent |
//! | `validation:block_connected` | 1 | 2,500 transactions, 6,518 inputs |
//! | `utxocache:flush` | 1 | at the end of the round |
//!
//! A run adds one connection, 7 messages to open it, and its end.
//!
//! What is real: the messages, byte by byte, the connections, the block, its proof of work, merkle
//! root and witness commitment, the bookkeeping of coins and of the mempool. What is not there:
//! scripts are not run, and what the block spends is known by name only, see
//! [`events::utxocache`].
//!
//! ```
//! use node::{Config, Node, Stop};
//!
//! let node = Node::new(Config { rounds: Some(1), ..Config::default() })?;
//! let summary = node.run(&Stop::new())?;
//! assert_eq!(summary.blocks, 1);
//! # Ok::<(), node::Error>(())
//! ```

#![forbid(unsafe_code)]

pub mod block;
pub mod chain;
mod error;
pub mod events;
pub mod handshake;
pub mod link;
pub mod mempool;
pub mod message;
mod node;
pub mod observing;
pub mod peer;
pub mod replay;
pub mod serving;
mod stop;
pub mod summary;
mod threads;
pub mod utxo;
pub mod visitor;
pub mod wire;

pub use error::Error;
pub use node::{Config, Node};
pub use stop::Stop;
pub use summary::Summary;
