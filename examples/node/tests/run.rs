//! Whole runs of the node.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bitcoin::Block;
use bitcoin::consensus::deserialize;
use node::block::BlockError;
use node::chain::Chain;
use node::events::net::ConnectionType;
use node::link::{self, Link};
use node::message::Message;
use node::observing::Observing;
use node::replay::Replay;
use node::summary::Tally;
use node::{Config, Error, Node, Stop, Summary, handshake};

fn run(rounds: u64) -> Summary {
    let config = Config { rounds: Some(rounds), pause: Duration::ZERO, ..Config::default() };
    Node::new(config).unwrap().run(&Stop::new()).unwrap()
}

/// What one round adds to each number.
const ROUND: [(&str, u64); 15] = [
    ("validation:block_connected", 1),
    ("mempool:added", 2_499),
    ("mempool:rejected", 4),
    ("mempool:removed", 2_499),
    ("utxocache:add", 5_992),
    ("utxocache:spent", 6_517),
    ("utxocache:uncache", 1),
    ("utxocache:flush", 1),
    ("net:outbound_message", 2_531),
    ("net:inbound_message", 2_531),
    ("net:inbound_connection", 2),
    ("net:outbound_connection", 2),
    ("net:evicted_inbound_connection", 1),
    ("net:misbehaving_connection", 1),
    ("net:closed_connection", 4),
];

#[test]
fn a_run_without_rounds_opens_and_closes_one_connection() {
    let summary = run(0);
    assert_eq!((summary.inbound, summary.outbound, summary.closed), (1, 1, 2));
    assert_eq!(summary.blocks, 0);
}

#[test]
fn every_round_adds_the_same_numbers() {
    let opening: Vec<_> = run(1)
        .by_tracepoint()
        .zip(ROUND)
        .map(|((name, count), (expected_name, round))| {
            assert_eq!(name, expected_name);
            (name, count.checked_sub(round).expect(name))
        })
        .collect();
    let of_messages = opening.iter().filter(|(name, _)| name.ends_with("_message"));
    assert!(of_messages.clone().all(|(_, count)| *count == 7), "{opening:?}");
    for ((name, count), ((_, opening), (_, round))) in
        run(3).by_tracepoint().zip(opening.into_iter().zip(ROUND))
    {
        assert_eq!(count, opening + 3 * round, "{name}");
    }
}

#[test]
fn announcements_of_any_size_bring_the_same_transactions() {
    for announcement in [7, 50_000] {
        let config = Config { rounds: Some(1), announcement, ..Config::default() };
        let summary = Node::new(config).unwrap().run(&Stop::new()).unwrap();
        assert_eq!((summary.accepted, summary.blocks), (2_499, 1));
    }
}

#[test]
fn announcements_that_the_protocol_forbids_are_refused() {
    for announcement in [0, 50_001] {
        let error = Node::new(Config { announcement, ..Config::default() }).unwrap_err();
        assert!(error.to_string().contains(&announcement.to_string()), "{error}");
    }
}

#[test]
fn a_stop_ends_the_pause_and_leaves_a_whole_block() {
    let node = Node::new(Config { pause: Duration::MAX, ..Config::default() }).unwrap();
    let stop = Stop::new();
    let summary = thread::scope(|scope| {
        let running = scope.spawn(|| node.run(&stop));
        stop.request();
        running.join().unwrap().unwrap()
    });
    assert_eq!((summary.blocks, summary.accepted, summary.spent), (1, 2_499, 6_517));
}

#[test]
fn a_node_runs_again() {
    let config = Config { rounds: Some(1), ..Config::default() };
    let node = Node::new(config).unwrap();
    let first = node.run(&Stop::new()).unwrap();
    assert_eq!(node.run(&Stop::new()).unwrap(), first);
}

/// Lets an observing peer receive what `send` sends, and returns how it ends.
fn observe(send: impl FnOnce(&mut Link, &Replay)) -> (Result<(), Error>, Summary) {
    let replay = Replay::mainnet_702861().unwrap();
    let tally = Arc::new(Tally::default());
    let chain = Chain::new(replay.tip_before(), replay.coins_before(), Arc::clone(&tally));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (caller, answerer) = link::connect(&listener).unwrap();
    let ours = Link::outbound(caller, ConnectionType::Manual, Arc::clone(&tally)).unwrap();
    let mut theirs = Link::inbound(answerer, 1, Arc::clone(&tally)).unwrap();
    let observing = Observing::new(ours, Arc::new(Mutex::new(chain)));
    let outcome = thread::scope(|scope| {
        let observing = scope.spawn(|| observing.run());
        handshake::answer(&mut theirs, replay.height()).unwrap();
        send(&mut theirs, &replay);
        theirs.send(&Message::Ping(1)).unwrap();
        while !matches!(theirs.receive(), Ok(None | Some(Message::Pong(1))) | Err(_)) {}
        drop(theirs);
        observing.join().unwrap()
    });
    (outcome, tally.summary())
}

#[test]
fn a_peer_that_sends_a_tampered_block_misbehaves() {
    let (outcome, summary) = observe(|link, _| {
        let bytes = bitcoin_test_data::blocks::mainnet_702861();
        let mut block: Block = deserialize(bytes).unwrap();
        block.txdata.truncate(10);
        link.send(&Message::Block(block)).unwrap();
    });
    assert!(matches!(outcome, Err(Error::Block(BlockError::MerkleRoot))), "{outcome:?}");
    assert_eq!((summary.blocks, summary.misbehaved), (0, 1));
}

#[test]
fn a_peer_that_sends_a_header_without_work_misbehaves() {
    let (outcome, summary) = observe(|link, replay| {
        let mut header = replay.header();
        header.nonce = 0;
        link.send(&Message::Headers(vec![header])).unwrap();
    });
    assert!(matches!(outcome, Err(Error::Misbehaving { .. })), "{outcome:?}");
    assert_eq!(summary.misbehaved, 1);
}

#[test]
fn a_transaction_without_its_parents_is_refused_and_its_coins_are_uncached() {
    let (outcome, summary) = observe(|link, replay| {
        for txid in [replay.early(), replay.coinbase()] {
            let (header, payload) = replay.tx_message(&txid).unwrap();
            link.send_encoded(header, payload).unwrap();
        }
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!((summary.accepted, summary.rejected, summary.uncached), (0, 2, 1));
}
