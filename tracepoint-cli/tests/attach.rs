//! The commands, attached to a process.

mod common;

use std::io::{BufRead, BufReader};

use common::{Node, finish};
use serde_json::Value;

#[test]
fn ps_shows_a_live_process() {
    let node = Node::start();
    let ps = node.run(&["ps"]);
    ps.expect(0, &[]);
    let line = ps.stdout.lines().find(|line| line.starts_with("demo-node")).unwrap();
    let cells: Vec<_> = line.split_whitespace().collect();
    assert_eq!(cells[..5], ["demo-node", &node.id().to_string(), "live", "20", "0"]);
}

#[test]
fn a_target_is_a_name_or_a_pid_or_a_path() {
    let node = Node::start();
    let lists: Vec<_> = ["demo-node", &node.id().to_string(), node.socket().to_str().unwrap()]
        .iter()
        .map(|target| node.run(&["list", target]).expect(0, &[]).stdout.clone())
        .collect();
    assert_eq!(lists[0].lines().count(), 20);
    assert_eq!(lists[0], lists[1]);
    assert_eq!(lists[0], lists[2]);
}

#[test]
fn list_shows_fields_types_variants_and_documentation() {
    let node = Node::start();
    let list = node.run(&["list", "demo-node", "net:*_message", "-v"]);
    list.expect(0, &[]);
    for words in [
        "net:inbound_message\n    A P2P message was received from a peer.\n",
        "peer_id: i64 ",
        "connection_type: ConnectionType ",
        "outbound_full_relay ",
        "payload: bytes ",
        "events/net.rs:",
        "net:outbound_message\n",
    ] {
        assert!(list.stdout.contains(words), "{words:?} is missing in {}", list.stdout);
    }
    assert!(!list.stdout.contains("mempool"), "{}", list.stdout);
    assert!(!list.stdout.contains('\x1b'), "colours, but nobody to see them: {}", list.stdout);
}

#[test]
fn watch_prints_as_many_json_objects_as_asked_for() {
    let node = Node::running();
    let watch =
        node.run(&["watch", "demo-node", "mempool:added", "net:*_message", "-n", "10", "--format", "ndjson"]);
    watch.expect(0, &["tracepoint: 10 events delivered, "]);
    let events = watch.json_lines();
    assert_eq!(events.len(), 10);
    let mut last = None;
    for event in &events {
        assert!(event["seq"].as_u64() > last, "{event}");
        last = event["seq"].as_u64();
        assert!(event["mono_ns"].as_u64() > Some(0), "{event}");
        assert_eq!(
            event["time"].as_str().map(str::len),
            Some("2026-01-31T12:00:00.123456789Z".len()),
            "{event}"
        );
        assert!(event["thread"].is_u64() && event["thread_name"].is_string(), "{event}");
        let fields = event["fields"].as_object().unwrap();
        match event["event"].as_str().unwrap() {
            "mempool:added" => {
                assert!(fields["txid"].as_str().is_some_and(|txid| txid.len() == 64), "{event}");
                assert!(fields["vsize"].is_i64() && fields["fee"].is_i64(), "{event}");
            }
            _ => {
                let payload = fields["payload"].as_str().unwrap();
                assert_eq!(fields["size"].as_u64(), Some(payload.len() as u64 / 2), "{event}");
                assert!(payload.bytes().all(|digit| b"0123456789abcdef".contains(&digit)));
                assert!(
                    ["inbound", "outbound_full_relay"].contains(&fields["connection_type"].as_str().unwrap())
                );
            }
        }
    }
}

#[test]
fn watch_prints_a_table_for_spreadsheets() {
    let node = Node::running();
    let watch =
        node.run(&["watch", "demo-node", "mempool:added", "net:*_message", "-n", "20", "--format", "csv"]);
    watch.expect(0, &["tracepoint: 20 events delivered, "]);
    let mut reader = csv::Reader::from_reader(watch.stdout.as_bytes());
    let head = reader.headers().unwrap().clone();
    assert!(head.iter().take(6).eq(["time", "utc", "sequence", "thread", "thread_name", "tracepoint"]));
    let column = |name| head.iter().position(|column| column == name).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 20);
    for row in &rows {
        let added = &row[column("tracepoint")] == "mempool:added";
        assert_eq!(added, row[column("txid")].len() == 64, "{row:?}");
        assert_eq!(added, row[column("message_type")].is_empty(), "{row:?}");
    }
}

#[test]
fn watch_shortens_data_but_not_hashes() {
    let node = Node::running();
    let patterns = ["validation:block_connected", "net:outbound_message"];
    let watch =
        node.run(&[&["watch", "demo-node"][..], &patterns, &["-n", "3000", "--queue", "256m"]].concat());
    watch.expect(0, &["3,000 events delivered"]);
    let lines: Vec<_> = watch.stdout.lines().collect();
    assert_eq!(lines.len(), 3000);
    // 32 bytes, in full.
    let hash = " hash=aeaf6d722c4549c2090044eef6fd20dcaedc2a5b830c00000000000000000000 height=702861 ";
    assert!(lines.iter().any(|line| line.contains(hash)));
    // More than a megabyte, shortened.
    let block = lines.iter().find(|line| line.contains(" message_type=block ")).unwrap();
    assert!(block.contains(".."), "{block}");
    assert!(block.ends_with(" B)"), "{block}");
    assert!(lines.iter().all(|line| line.len() < 500));
}

#[test]
fn watch_ends_quietly_when_nobody_reads_any_more() {
    let node = Node::running();
    for format in ["text", "ndjson", "csv"] {
        let mut watch = node.tracepoint(&["watch", "demo-node", "*", "--format", format]).spawn().unwrap();
        let mut output = BufReader::new(watch.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        drop(output);
        let finished = finish(watch);
        finished.expect(0, &[]);
        assert_eq!(finished.stderr, "", "{format}");
    }
}

#[test]
fn watch_says_that_the_process_is_gone() {
    let mut node = Node::running();
    let mut watch = node.tracepoint(&["watch", "demo-node", "validation:*"]).spawn().unwrap();
    let mut output = BufReader::new(watch.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert!(line.contains("validation:block_connected"), "{line}");
    node.kill();
    let rest = std::thread::spawn(move || output.lines().count());
    finish(watch).expect(4, &["delivered", "the process has exited"]);
    rest.join().unwrap();
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_command_in_good_order() {
    let node = Node::running();
    for (command, signal) in [("watch", "INT"), ("stat", "TERM")] {
        let mut child =
            node.tracepoint(&[command, "demo-node", "validation:*", "--format", "ndjson"]).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let pid = child.id().to_string();
        let kill = std::process::Command::new("kill").args(["-s", signal, &pid]).status().unwrap();
        assert!(kill.success());
        let rest = std::thread::spawn(move || output.lines().map(Result::unwrap).collect::<Vec<_>>());
        finish(child).expect(0, &["delivered, "]);
        for line in rest.join().unwrap() {
            let _: Value = serde_json::from_str(&line).unwrap();
        }
    }
}

#[test]
fn losses_are_counted_and_can_be_an_error() {
    let node = Node::running();
    let arguments = ["watch", "demo-node", "*", "--for", "500ms", "--queue", "4k", "--format", "ndjson"];
    let watch = node.run(&[&arguments[..], &["--fail-on-loss"]].concat());
    watch.expect(3, &["lost", "queue full"]);
    let lost: u64 =
        watch.json_lines().iter().filter_map(|line| line["gap"]["lost"]["queue_full"].as_u64()).sum();
    let grouped = watch.stderr.split_once(" delivered, ").unwrap().1.split_once(" lost").unwrap().0;
    assert_eq!(grouped.replace(',', ""), lost.to_string(), "{}", watch.stderr);
}

#[test]
fn stat_ends_with_totals() {
    let node = Node::running();
    let stat = node.run(&[
        "stat",
        "demo-node",
        "net:*_message",
        "--for",
        "2s",
        "--interval",
        "100ms",
        "--format",
        "ndjson",
    ]);
    stat.expect(0, &["delivered, "]);
    let spans = stat.json_lines();
    let (total, intervals) = spans.split_last().unwrap();
    assert_eq!(total["final"], true);
    assert!(!intervals.is_empty() && intervals.iter().all(|span| span["final"] == false));
    let sent = |span: &Value, key: &str| span["events"]["net:outbound_message"][key].as_u64().unwrap_or(0);
    let seen: u64 = intervals.iter().map(|span| sent(span, "events")).sum();
    assert!(sent(total, "total") > 0 && sent(total, "total") >= seen, "{}", stat.stdout);
}

#[test]
fn stat_prints_a_table() {
    let node = Node::running();
    let stat = node.run(&["stat", "demo-node", "net:*_message", "--for", "1s"]);
    stat.expect(0, &["delivered, "]);
    let table = stat.stdout.split("all of ").nth(1).unwrap();
    for words in ["events/s", "bytes/s", "lost", "net:inbound_message ", "net:outbound_message ", "\ntotal "]
    {
        assert!(table.contains(words), "{words:?} is missing in {}", stat.stdout);
    }
}

#[test]
fn an_abandoned_node_ends() {
    for go in [false, true] {
        let mut node = Node::start();
        if go {
            node.go();
        }
        assert!(node.abandon().success());
    }
}
