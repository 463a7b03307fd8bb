//! What somebody sees who watches one round.

use std::collections::BTreeMap;
use std::iter;
use std::sync::OnceLock;

use bitcoin::Txid;
use bitcoin::hashes::{Hash, sha256d};
use node::events::mempool::{Added, Rejected, RemovalReason, Removed};
use node::events::net::{ClosedConnection, ConnectionType, InboundMessage, Network, OutboundMessage};
use node::events::utxocache::{Flush, FlushMode, Spent};
use node::events::validation::BlockConnected;
use node::replay::Replay;
use node::{Config, Node, Stop, Summary};
use tracepoints::{Captured, Decode, capture};

const PROVIDERS: [&str; 5] = ["net", "validation", "utxocache", "mempool", "coin_selection"];

/// One round, and its events by name. It is run once: a capture sees the whole process.
fn round() -> &'static (Summary, BTreeMap<String, Vec<Captured>>) {
    static ROUND: OnceLock<(Summary, BTreeMap<String, Vec<Captured>>)> = OnceLock::new();
    ROUND.get_or_init(|| {
        let mut capture = capture("*");
        let node = Node::new(Config { rounds: Some(1), ..Config::default() }).unwrap();
        let summary = node.run(&Stop::new()).unwrap();
        let mut events = BTreeMap::<_, Vec<_>>::new();
        // A round is more than fits into one batch, so ask until nothing is left.
        for event in iter::repeat_with(|| capture.take()).take_while(|taken| !taken.is_empty()).flatten() {
            events.entry(event.name()).or_default().push(event);
        }
        assert_eq!(capture.stats().lost().total(), 0, "{:?}", capture.stats());
        (summary, events)
    })
}

/// The events called `name`.
fn seen<E: Decode<'static>>(name: &str) -> Vec<E> {
    let (_, events) = round();
    events[name].iter().map(|event| event.get().unwrap()).collect()
}

#[test]
fn the_catalogue_has_20_tracepoints() {
    let known = tracepoints::tracepoints();
    let names: Vec<_> = known.iter().map(|tracepoint| tracepoint.descriptor().to_string()).collect();
    let ours = names.iter().filter(|name| PROVIDERS.contains(&name.split(':').next().unwrap()));
    assert_eq!(ours.count(), 20, "{names:?}");
}

#[test]
fn every_event_arrives() {
    let (summary, events) = round();
    let seen = events.iter().map(|(name, events)| (name.as_str(), events.len() as u64));
    assert_eq!(seen.collect::<BTreeMap<_, _>>(), summary.by_tracepoint().collect());
}

#[test]
fn the_block_is_described() {
    let [block] = seen::<BlockConnected>("validation:block_connected").try_into().unwrap();
    let replay = Replay::mainnet_702861().unwrap();
    assert_eq!(block.hash, replay.hash().as_byte_array());
    assert_eq!((block.height, block.transactions, block.inputs), (702_861, 2_500, 6_518));
    assert!(block.sigops > 0 && block.connection_time > 0, "{block:?}");
}

#[test]
fn messages_are_sent_and_received_as_they_are() {
    let sent = seen::<OutboundMessage>("net:outbound_message");
    let received = seen::<InboundMessage>("net:inbound_message");
    let mut sent: Vec<_> = sent.iter().map(|message| (message.message_type, message.payload)).collect();
    let mut got: Vec<_> = received.iter().map(|message| (message.message_type, message.payload)).collect();
    sent.sort_unstable();
    got.sort_unstable();
    assert!(sent == got);
    assert!(received.iter().all(|message| message.size == message.payload.len() as u64));
    let block = received.iter().find(|message| message.message_type == "block").unwrap();
    assert_eq!(block.size, 1_381_836);
    assert_eq!(block.connection_type, ConnectionType::OutboundFullRelay);
    let replay = Replay::mainnet_702861().unwrap();
    assert_eq!(sha256d::Hash::hash(&block.payload[..80]), replay.hash().to_raw_hash());
}

#[test]
fn transactions_are_added_and_removed_in_order() {
    let replay = Replay::mainnet_702861().unwrap();
    let added = seen::<Added>("mempool:added");
    let removed = seen::<Removed>("mempool:removed");
    for ((added, removed), txid) in added.iter().zip(&removed).zip(replay.relayed()) {
        assert_eq!((added.txid, removed.txid), (txid.as_byte_array(), txid.as_byte_array()));
        assert_eq!((added.vsize, added.fee), (removed.vsize, removed.fee));
        assert_eq!(removed.reason, RemovalReason::Block);
    }
    assert!(added.iter().any(|added| added.fee == -1) && added.iter().any(|added| added.fee >= 0));
}

#[test]
fn each_refusal_has_another_reason() {
    let replay = Replay::mainnet_702861().unwrap();
    let rejected = seen::<Rejected>("mempool:rejected");
    let rejected: Vec<_> =
        rejected.iter().map(|event| (Txid::from_byte_array(*event.txid), event.reason)).collect();
    let expected = [
        (replay.early(), "bad-txns-inputs-missingorspent"),
        (replay.early(), "txn-already-in-mempool"),
        (replay.coinbase(), "coinbase"),
        (replay.confirmed(), "txn-already-known"),
    ];
    assert_eq!(rejected, expected);
}

#[test]
fn coins_from_outside_the_block_are_unknown() {
    let replay = Replay::mainnet_702861().unwrap();
    let (unknown, known): (Vec<_>, Vec<_>) =
        seen::<Spent>("utxocache:spent").into_iter().partition(|spent| spent.value == -1);
    assert_eq!(unknown.len(), replay.coins_before().len());
    assert!(unknown.iter().all(|spent| spent.height == 0 && !spent.is_coinbase));
    assert!(known.iter().all(|spent| spent.height == 702_861 && spent.value > 0));
}

#[test]
fn the_coins_are_flushed_and_the_connections_closed() {
    let [flush] = seen::<Flush>("utxocache:flush").try_into().unwrap();
    assert_eq!(flush.mode, FlushMode::ForceFlush);
    assert!(flush.coins_count > 0 && flush.coins_mem_usage > flush.coins_count);
    let closed = seen::<ClosedConnection>("net:closed_connection");
    assert!(closed.iter().all(|closed| closed.network == Network::Unroutable));
}
