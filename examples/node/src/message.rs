//! Messages of the Bitcoin P2P protocol, as far as this program speaks it.

use bitcoin::block::Header as BlockHeader;
use bitcoin::consensus::encode::{self, VarInt};
use bitcoin::consensus::{Decodable, Encodable, deserialize};
use bitcoin::p2p::message_blockdata::Inventory;
use bitcoin::p2p::message_network::VersionMessage;
use bitcoin::{Block, Transaction};

use crate::wire::MessageType;

/// Type of a `tx` message.
pub const TX: MessageType = MessageType::new("tx");

/// Type of a `block` message.
pub const BLOCK: MessageType = MessageType::new("block");

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Who the sender is: the first message in each direction.
    Version(VersionMessage),
    /// The sender accepts the receiver's `version`.
    Verack,
    /// The sender wants to hear of new blocks through `headers` rather than `inv`.
    SendHeaders,
    /// The sender wants a `pong` with the same number.
    Ping(u64),
    /// The answer to a `ping`.
    Pong(u64),
    /// The sender has these transactions or blocks.
    Inv(Vec<Inventory>),
    /// The sender wants these transactions or blocks.
    GetData(Vec<Inventory>),
    /// The sender does not have these transactions or blocks.
    NotFound(Vec<Inventory>),
    /// Headers of blocks.
    Headers(Vec<BlockHeader>),
    /// A transaction.
    Tx(Transaction),
    /// A block.
    Block(Block),
    /// A message of a type that this program does not know. It is to be ignored.
    Unknown(MessageType),
}

impl Message {
    /// The type that goes into the header.
    #[must_use]
    pub const fn message_type(&self) -> MessageType {
        match self {
            Self::Version(_) => MessageType::new("version"),
            Self::Verack => MessageType::new("verack"),
            Self::SendHeaders => MessageType::new("sendheaders"),
            Self::Ping(_) => MessageType::new("ping"),
            Self::Pong(_) => MessageType::new("pong"),
            Self::Inv(_) => MessageType::new("inv"),
            Self::GetData(_) => MessageType::new("getdata"),
            Self::NotFound(_) => MessageType::new("notfound"),
            Self::Headers(_) => MessageType::new("headers"),
            Self::Tx(_) => TX,
            Self::Block(_) => BLOCK,
            Self::Unknown(message_type) => *message_type,
        }
    }

    /// Puts the payload into `payload`, whose former content is lost.
    pub fn encode(&self, payload: &mut Vec<u8>) {
        payload.clear();
        match self {
            Self::Verack | Self::SendHeaders | Self::Unknown(_) => {}
            Self::Version(version) => append(version, payload),
            Self::Ping(nonce) | Self::Pong(nonce) => append(nonce, payload),
            Self::Inv(items) | Self::GetData(items) | Self::NotFound(items) => append(items, payload),
            Self::Headers(headers) => append_headers(headers, payload),
            Self::Tx(transaction) => append(transaction, payload),
            Self::Block(block) => append(block, payload),
        }
    }

    /// The message of type `message_type` with the given payload.
    ///
    /// # Errors
    ///
    /// If the payload is not what the type promises.
    pub fn decode(message_type: MessageType, payload: &[u8]) -> Result<Self, encode::Error> {
        Ok(match message_type.as_str() {
            "version" => Self::Version(deserialize(payload)?),
            "verack" => Self::Verack,
            "sendheaders" => Self::SendHeaders,
            "ping" => Self::Ping(deserialize(payload)?),
            "pong" => Self::Pong(deserialize(payload)?),
            "inv" => Self::Inv(deserialize(payload)?),
            "getdata" => Self::GetData(deserialize(payload)?),
            "notfound" => Self::NotFound(deserialize(payload)?),
            "headers" => Self::Headers(decode_headers(payload)?),
            "tx" => Self::Tx(deserialize(payload)?),
            "block" => Self::Block(deserialize(payload)?),
            _ => Self::Unknown(message_type),
        })
    }
}

fn append(item: &impl Encodable, payload: &mut Vec<u8>) {
    item.consensus_encode(payload).expect("writing to memory does not fail");
}

/// In a `headers` message a number of transactions, always 0, follows each header.
fn append_headers(headers: &[BlockHeader], payload: &mut Vec<u8>) {
    append(&VarInt::from(headers.len()), payload);
    for header in headers {
        append(header, payload);
        append(&VarInt(0), payload);
    }
}

fn decode_headers(mut payload: &[u8]) -> Result<Vec<BlockHeader>, encode::Error> {
    let count = VarInt::consensus_decode(&mut payload)?.0;
    let headers = (0..count).map(|_| decode_header(&mut payload)).collect::<Result<_, _>>()?;
    if payload.is_empty() {
        Ok(headers)
    } else {
        Err(encode::Error::ParseFailed("bytes after the last header"))
    }
}

fn decode_header(payload: &mut &[u8]) -> Result<BlockHeader, encode::Error> {
    let header = BlockHeader::consensus_decode(payload)?;
    match VarInt::consensus_decode(payload)? {
        VarInt(0) => Ok(header),
        _ => Err(encode::Error::ParseFailed("a headers message does not carry transactions")),
    }
}
