//! Why a run failed.

use std::io;

use bitcoin::consensus::encode;

use crate::block::BlockError;
use crate::wire::{MessageType, WireError};

/// Why the node could not be made, or its run failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The number of transactions for each announcement is out of range.
    #[error("cannot announce {found} transactions at a time: the protocol allows 1 to {limit}")]
    Announcement {
        /// The number that was asked for.
        found: usize,
        /// The most the protocol allows.
        limit: usize,
    },
    /// The block to be replayed is not what it should be.
    #[error("the block to replay is damaged: {0}")]
    Replay(&'static str),
    /// The block to be replayed cannot be read.
    #[error("the block to replay cannot be decoded")]
    ReplayEncoding(#[source] encode::Error),
    /// A peer sent something that is not a message, or the connection failed.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A peer sent a message whose payload makes no sense.
    #[error("{message_type} message cannot be decoded")]
    Payload {
        /// Type of the message.
        message_type: MessageType,
        /// What is wrong with it.
        source: encode::Error,
    },
    /// A peer did not follow the order of messages that opens a connection.
    #[error("peer sent {found} where {expected} has to come")]
    Handshake {
        /// Type of the message that has to come.
        expected: &'static str,
        /// Type of the message that came.
        found: MessageType,
    },
    /// A peer broke the rules.
    #[error("peer misbehaved: {reason}")]
    Misbehaving {
        /// What it did.
        reason: &'static str,
    },
    /// A peer left in the middle of a conversation.
    #[error("peer closed the connection unexpectedly")]
    Disconnected,
    /// A peer did not send what it should for too long.
    #[error("peer has gone silent")]
    Silent,
    /// A block was refused.
    #[error("block refused")]
    Block(#[from] BlockError),
    /// The operating system refused a socket or a thread.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Of the outcomes of two sides of a connection, the failure that came first: that a peer left is merely
/// what the other side sees of it.
pub(crate) fn first_cause(one: Result<(), Error>, other: Result<(), Error>) -> Result<(), Error> {
    match (one, other) {
        (Ok(()) | Err(Error::Disconnected), Err(cause)) => Err(cause),
        (outcome, _) => outcome,
    }
}
