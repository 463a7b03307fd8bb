//! A predicate is looked at in the probe: what does not match is counted, and nothing of it is copied.

use std::net::IpAddr;
use std::time::Duration;

use tracepoints::{Event, Filter, Subscription, TracepointStats, Value, drain, tracepoint, wire::Frames};

#[derive(Value, Clone, Copy)]
enum Network {
    Unroutable,
    Ipv4,
    Ipv6,
}

#[derive(Value, Clone)]
struct Peer {
    id: u32,
    addr: String,
    score: Option<i32>,
}

#[derive(Event, Clone)]
#[event(provider = "filters")]
struct Message {
    number: u64,
    signed: i16,
    ratio: f64,
    message_type: &'static str,
    hash: [u8; 4],
    inbound: bool,
    network: Network,
    ping: Duration,
    ip: IpAddr,
    peer: Peer,
    relay: Option<Peer>,
    fee: Option<i64>,
    parts: Vec<u32>,
    payload: Vec<u8>,
}

fn message(number: u64) -> Message {
    Message {
        number,
        signed: -5,
        ratio: 0.5,
        message_type: "block",
        hash: [0xde, 0xad, 0xbe, 0xef],
        inbound: true,
        network: Network::Ipv6,
        ping: Duration::from_millis(150),
        ip: IpAddr::from([10, 0, 0, 1]),
        peer: Peer { id: 7, addr: "10.0.0.1:8333".into(), score: None },
        relay: Some(Peer { id: 8, addr: String::new(), score: Some(2) }),
        fee: Some(-1),
        parts: vec![1, 2, 3],
        payload: vec![0x80; 300],
    }
}

/// Whether the message with a number matches.
fn matches(predicate: &str) -> bool {
    let filter: Filter = predicate.parse().unwrap_or_else(|error| panic!("{error}"));
    filter.check(&Message::DESCRIPTOR).unwrap_or_else(|error| panic!("{error}"));
    let mut subscription =
        Subscription::builder().pattern("filters:message").filter(predicate).start().unwrap();
    tracepoint!(message(42));
    let stats = subscription.close().tracepoints[0];
    assert_eq!((stats.offered, stats.delivered + stats.filtered), (1, 1), "{predicate}");
    stats.delivered == 1
}

#[test]
fn predicates_say_what_they_mean() {
    // One after the other, as each sees the events of all threads.
    for predicate in [
        "number == 42",
        "number != 41",
        "number < 43",
        "number <= 42",
        "number > 0x29",
        "number >= 42",
        "number in 42..43",
        "number in 40..=42",
        "number in [1, 42, 3]",
        "signed < 0",
        "signed == -5",
        "signed in -6..-4",
        "ratio < 1",
        "ratio == 0.5",
        "message_type == \"block\"",
        "message_type == 'block'",
        "message_type != \"inv\"",
        "message_type starts_with \"bl\"",
        "message_type starts_with \"\"",
        "message_type > \"bloc\"",
        "message_type < \"blocks\"",
        "message_type in [\"inv\", \"block\"]",
        "hash == 0xdeadbeef",
        "hash starts_with 0xdead",
        "hash != 0x00",
        "inbound",
        "inbound == true",
        "!(inbound == false)",
        "network == ipv6",
        "network != \"ipv4\"",
        "ping > 149ms",
        "ping <= 0.15s",
        "ping in 1us..1h",
        "ip == \"10.0.0.1\"",
        "ip starts_with 0x0a",
        "peer.id == 7",
        "peer.addr starts_with \"10.\"",
        "peer.score is none",
        "!(fee is none)",
        "!(relay is none)",
        "relay.id == 8 && relay.score == 2",
        "fee == -1",
        "fee < 0 and not peer.score > 0",
        "len(payload) == 300",
        "len(parts) > 2",
        "len(message_type) < 6",
        "len(peer.addr) == 13",
        "payload starts_with 0x808080808080808080",
        "number == 1 || number == 42 && inbound",
        "(number == 42 || number == 1) && inbound",
    ] {
        assert!(matches(predicate), "{predicate}");
        assert!(!matches(&format!("!({predicate})")), "not {predicate}");
    }
    for predicate in [
        "peer.score > 0",
        "peer.score <= 0",
        "peer.score != 0",
        "fee is none",
        "peer is none",
        "message_type == \"bloc\"",
        "message_type == \"blocks\"",
        "hash == 0xdeadbeef00",
        "hash starts_with 0xdeadbeefff",
        "len(parts) < 3",
        "number == 42 && !inbound",
        "ip == \"::1\"",
    ] {
        assert!(!matches(predicate), "{predicate}");
    }
}

#[test]
fn a_wrong_predicate_is_refused_with_its_place() {
    let refused = |predicate: &str| {
        let filter = Subscription::builder().pattern("filters:message").filter(predicate).start();
        filter.expect_err(predicate).to_string()
    };
    for (predicate, phrase, mark) in [
        ("", "the name of a field was expected", "^"),
        ("number >", "a value is missing here", "^"),
        ("number = 42", "write '=='", "^"),
        ("number == \"x\"", "a number is needed here", "^^^"),
        ("number == 5ms", "a number is needed here", "^^^"),
        ("nummer == 42", "there is no field 'nummer'; there are: number, signed", "^^^^^^"),
        ("peer.name == 'x'", "there is no field 'name'; there are: id, addr, score", "^^^^"),
        ("number.x == 1", "'number' is no struct", "^"),
        ("peer == 1", "a struct cannot be tested as a whole", "^"),
        ("parts == 1", "only the length can be tested", "^"),
        ("signed == 40000", "out of range: i16 goes from -32768 to 32767", "^^^^^"),
        ("number == -1", "out of range: u64", "^^"),
        ("network == onion", "no variant 'onion'; there are: unroutable, ipv4, ipv6", "^^^^^"),
        ("network < ipv6", "variants have no order", "^^^^"),
        ("hash == 0xabc", "two hexadecimal digits each", "^^^^^"),
        ("message_type", "text: compare it with text in quotes", "^"),
        ("message_type == block", "text: compare it with text in quotes", "^^^^^"),
        ("ping > 5", "a duration: compare it with one", "^"),
        ("ping > 5days", "unknown unit 'days'", "^^^^^"),
        ("len(number) == 1", "u64 has no length", "^"),
        ("len(payload)", "a length is a number", "^"),
        ("message_type == \"block", "another \" is missing", "^"),
        ("number == 1 number == 2", "'&&' or '||' was expected", "^^^^^^"),
        ("(number == 1", "')' was expected", "^"),
        ("number == 1 & inbound", "'&' means nothing", "^"),
        ("number in 5", "a range was expected", "^"),
        ("peer.score is 5", "'none' was expected", "^"),
    ] {
        let message = refused(predicate);
        assert!(message.contains(phrase), "{predicate}: {message}");
        assert!(message.contains(mark), "{predicate}: {message}");
    }
    assert!(refused(&"(".repeat(100)).contains("too many parentheses"));
    assert!(refused(&"!".repeat(100)).contains("too many parentheses"));
    assert!(refused(&"x".repeat(2000)).contains("longer than 1024 bytes"));
    assert!(refused(&vec!["number == 1"; 33].join(" || ")).contains("more than 32 tests"));
    assert!(
        refused(&format!("message_type == '{}'", "x".repeat(600))).contains("bytes of text in one predicate")
    );
}

#[test]
fn the_account_is_exact_for_each_subscription_of_its_own() {
    let subscribe =
        |filter: &str| Subscription::builder().pattern("filters:counted").filter(filter).start().unwrap();
    let (mut small, mut odd) = (subscribe("number < 250"), subscribe("is_odd"));
    let mut all = Subscription::builder().pattern("filters:counted").start().unwrap();
    let mut sampled =
        Subscription::builder().pattern("filters:counted").filter("is_odd").sample(7).start().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..1_000u64 {
                    tracepoint!(filters::counted, number: u64 = number, is_odd: bool = number % 2 == 1);
                }
            });
        }
    });
    drain::pass();
    let counts = |subscription: &mut Subscription| {
        let TracepointStats { offered, delivered, filtered, sampled_out, lost, .. } =
            subscription.close().tracepoints[0];
        assert_eq!(lost.total(), 0);
        (offered, delivered, filtered, sampled_out)
    };
    assert_eq!(counts(&mut small), (4_000, 1_000, 3_000, 0));
    assert_eq!(counts(&mut odd), (4_000, 2_000, 2_000, 0));
    assert_eq!(counts(&mut all), (4_000, 4_000, 0, 0));
    assert_eq!(counts(&mut sampled), (4_000, 286, 2_000, 1_714));

    // Sequence numbers count what was offered behind the predicate: none is missing.
    let batches = std::iter::from_fn(|| odd.next_batch());
    let sequences: Vec<_> = batches
        .flat_map(|batch| Frames::new(&batch.events).map(|event| event.unwrap().sequence).collect::<Vec<_>>())
        .collect();
    assert_eq!(sequences, (0..2_000).collect::<Vec<_>>());
}

#[test]
fn a_rate_bounds_each_second() {
    let mut subscription = Subscription::builder().pattern("filters:rated").rate(10).start().unwrap();
    let start = tracepoints::clock::now();
    for number in 0..1_000u32 {
        tracepoint!(filters::rated, number: u32 = number);
    }
    let seconds = (tracepoints::clock::now() / 1_000_000_000 - start / 1_000_000_000) + 1;
    let stats = subscription.close().tracepoints[0];
    assert!((10..=10 * seconds).contains(&stats.delivered), "{} in {seconds} s", stats.delivered);
    assert_eq!((stats.offered, stats.sampled_out), (1_000, 1_000 - stats.delivered));
}

#[test]
fn tracepoints_without_the_fields_are_told() {
    tracepoint!(filters::one, number: u64 = 1);
    tracepoint!(filters::two, other: u64 = 1);
    let builder = Subscription::builder().patterns(["filters:one", "filters:two"]).filter("number == 1");
    let error = builder.start().unwrap_err().to_string();
    assert!(error.contains("filters:two") && error.contains("no field 'number'"), "{error}");
}

#[test]
fn a_slot_that_is_used_again_has_the_predicate_of_its_new_owner() {
    for round in 0..200u64 {
        let filter = format!("number == {round}");
        let mut one = Subscription::builder().pattern("filters:again").filter(&filter).start().unwrap();
        let mut all = Subscription::builder().pattern("filters:again").start().unwrap();
        for number in 0..5 {
            tracepoint!(filters::again, number: u64 = round + number);
        }
        assert_eq!(one.close().tracepoints[0].delivered, 1);
        assert_eq!(all.close().tracepoints[0].delivered, 5);
    }
}
