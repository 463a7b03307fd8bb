//! The wire format, against the `bitcoin` crate's own implementation of it.

use bitcoin::consensus::{deserialize, serialize};
use bitcoin::hashes::Hash;
use bitcoin::p2p::message::{NetworkMessage, RawNetworkMessage};
use bitcoin::p2p::message_blockdata::Inventory;
use bitcoin::p2p::message_network::VersionMessage;
use bitcoin::p2p::{Address, Magic, ServiceFlags};
use bitcoin::{Block, BlockHash, Txid};
use node::message::Message;
use node::wire::{self, Header, MAX_PAYLOAD, MessageType, WireError};

fn block() -> Block {
    deserialize(bitcoin_test_data::blocks::mainnet_702861()).unwrap()
}

/// Every message that the program speaks, and what the `bitcoin` crate calls it.
fn messages() -> Vec<(Message, NetworkMessage)> {
    let block = block();
    let headers = vec![block.header; 3];
    let transaction = block.txdata[1].clone();
    let items = vec![
        Inventory::Transaction(Txid::all_zeros()),
        Inventory::WitnessTransaction(transaction.compute_txid()),
        Inventory::WitnessBlock(BlockHash::all_zeros()),
    ];
    vec![
        (Message::Version(version()), NetworkMessage::Version(version())),
        (Message::Verack, NetworkMessage::Verack),
        (Message::SendHeaders, NetworkMessage::SendHeaders),
        (Message::Ping(7), NetworkMessage::Ping(7)),
        (Message::Pong(u64::MAX), NetworkMessage::Pong(u64::MAX)),
        (Message::Inv(items.clone()), NetworkMessage::Inv(items.clone())),
        (Message::GetData(items.clone()), NetworkMessage::GetData(items.clone())),
        (Message::NotFound(items.clone()), NetworkMessage::NotFound(items)),
        (Message::Headers(headers.clone()), NetworkMessage::Headers(headers)),
        (Message::Tx(transaction.clone()), NetworkMessage::Tx(transaction)),
        (Message::Block(block.clone()), NetworkMessage::Block(block)),
    ]
}

fn version() -> VersionMessage {
    let address = Address::new(&([127, 0, 0, 1], 8333).into(), ServiceFlags::NETWORK);
    let services = ServiceFlags::NETWORK | ServiceFlags::WITNESS;
    VersionMessage {
        relay: true,
        ..VersionMessage::new(services, 1, address.clone(), address, 2, "/test/".into(), 3)
    }
}

fn encode(message: &Message) -> Vec<u8> {
    let mut payload = Vec::new();
    message.encode(&mut payload);
    let mut bytes = Vec::new();
    wire::write(&mut bytes, Header::new(message.message_type(), &payload).unwrap(), &payload).unwrap();
    bytes
}

fn read(mut bytes: &[u8]) -> Result<Option<(Header, Vec<u8>)>, WireError> {
    let mut payload = b"left over from the message before".to_vec();
    let header = wire::read(&mut bytes, &mut payload)?;
    Ok(header.map(|header| (header, payload)))
}

#[test]
fn messages_are_written_as_the_bitcoin_crate_writes_them() {
    for (ours, theirs) in messages() {
        let expected = serialize(&RawNetworkMessage::new(Magic::BITCOIN, theirs));
        assert!(encode(&ours) == expected, "{} differs", ours.message_type());
    }
}

#[test]
fn messages_of_the_bitcoin_crate_are_read_back() {
    for (ours, theirs) in messages() {
        let bytes = serialize(&RawNetworkMessage::new(Magic::BITCOIN, theirs));
        let (header, payload) = read(&bytes).unwrap().unwrap();
        assert_eq!(header.message_type, ours.message_type());
        assert!(Message::decode(header.message_type, &payload).unwrap() == ours);
    }
}

#[test]
fn a_message_of_an_unknown_type_is_named_and_not_decoded() {
    let message = Message::decode(MessageType::new("sendcmpct"), &[1, 2, 3]).unwrap();
    assert_eq!(message, Message::Unknown(MessageType::new("sendcmpct")));
}

#[test]
fn a_payload_with_too_few_or_too_many_bytes_is_refused() {
    for message in [Message::Ping(1), Message::Headers(vec![block().header])] {
        let mut payload = Vec::new();
        message.encode(&mut payload);
        payload.push(0);
        assert!(Message::decode(message.message_type(), &payload).is_err());
        payload.truncate(payload.len() - 2);
        assert!(Message::decode(message.message_type(), &payload).is_err());
    }
}

#[test]
fn the_end_between_two_messages_is_no_error() {
    assert!(read(&[]).unwrap().is_none());
}

#[test]
fn a_message_that_is_cut_off_is_refused() {
    let bytes = encode(&Message::Ping(1));
    for length in 1..bytes.len() {
        assert!(matches!(read(&bytes[..length]), Err(WireError::Truncated)), "{length}");
    }
}

#[test]
fn the_magic_of_another_network_is_refused() {
    let bytes = serialize(&RawNetworkMessage::new(Magic::REGTEST, NetworkMessage::Verack));
    let error = read(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "message starts with [fa, bf, b5, da], not with the magic of the main network [f9, be, b4, d9]"
    );
}

#[test]
fn a_damaged_payload_is_refused() {
    let mut bytes = encode(&Message::Ping(1));
    *bytes.last_mut().unwrap() ^= 1;
    let error = read(&bytes).unwrap_err();
    assert!(matches!(error, WireError::Checksum { .. }));
    assert!(error.to_string().starts_with("ping message has checksum "), "{error}");
}

#[test]
fn a_message_over_the_limit_is_refused_before_it_is_read() {
    let mut bytes = encode(&Message::Ping(1));
    bytes[16..20].copy_from_slice(&(MAX_PAYLOAD + 1).to_le_bytes());
    let error = read(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "ping message of 4000001 bytes: the limit is 4000000");
}

#[test]
fn a_message_over_the_limit_is_not_written() {
    let payload = vec![0; MAX_PAYLOAD as usize + 1];
    let error = Header::new(MessageType::new("block"), &payload).unwrap_err();
    assert!(matches!(error, WireError::Oversized { length: 4_000_001, .. }));
}

#[test]
fn a_message_type_that_is_not_text_is_refused() {
    for (at, byte) in [(4, 0x07), (9, b'x')] {
        let mut bytes = encode(&Message::Ping(1));
        bytes[at] = byte;
        assert!(matches!(read(&bytes), Err(WireError::MessageType { .. })));
    }
}
