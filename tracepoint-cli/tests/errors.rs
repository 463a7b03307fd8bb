//! Errors: a text that says what happened and what to do, and an exit status to rely on.

mod common;

use common::{Node, run};

#[test]
fn usage_errors_have_status_2() {
    run(&[]).expect(2, &["Usage:"]);
    run(&["wach"]).expect(2, &["unrecognized subcommand 'wach'", "watch"]);
    run(&["watch", "node"]).expect(2, &["PATTERN"]);
    run(&["watch", "node", "*", "--for", "10"]).expect(2, &["--for", "10s, 250ms"]);
    run(&["stat", "node", "*", "--interval", "soon"]).expect(2, &["--interval", "10s, 250ms"]);
    run(&["stat", "node", "*", "--interval", "1ms"]).expect(2, &["at least 10ms"]);
    run(&["watch", "node", "*", "--format", "xml"]).expect(2, &["text, ndjson"]);
    run(&["watch", "node", "*", "-n", "-1"]).expect(2, &[]);
    run(&["watch", "node", "*", "--queue", "much"]).expect(2, &["8MiB"]);
    run(&["watch", "node", "*", "--from", "noon"]).expect(2, &["--from", "2026-01-31T12:00:00Z"]);
    run(&["record", "node", "*"]).expect(2, &["--output <FILE>"]);
    run(&["record", "node", "*", "-o", "x", "--keep", "2"]).expect(2, &["--rotate-size"]);
    run(&["record", "node", "*", "-o", "x", "--sync", "often"]).expect(2, &["never, batch"]);
    run(&["demo", "--for", "never"]).expect(2, &["--for"]);
}

#[test]
fn an_unknown_process_is_named() {
    for command in [&["list"][..], &["watch"], &["stat"]] {
        let with = |target| [command, &[target, "*"]].concat();
        run(&with("nobody"))
            .expect(1, &["tracepoint: ", "\"nobody\"", "no file of this name", "`tracepoint ps`"]);
        // Larger than any process id on any system.
        run(&with("4294967294")).expect(1, &["tracepoint: ", "4294967294", "`tracepoint ps`"]);
    }
}

#[test]
fn a_process_without_an_exporter_is_named() {
    let this = std::process::id().to_string();
    run(&["watch", &this, "*"]).expect(1, &[&this, "no exporter", "TRACEPOINT_DIR"]);
}

#[test]
fn a_path_that_is_no_socket_is_named() {
    let file = env!("CARGO_BIN_EXE_tracepoint");
    run(&["watch", file, "*"]).expect(1, &[file, "not a socket", "not a recording"]);
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("notes"), "not a recording").unwrap();
    let list =
        common::tracepoint(directory.path()).current_dir(directory.path()).args(["list", "notes"]).spawn();
    common::finish(list.unwrap()).expect(1, &["\"notes\"", "the file of this name is no recording"]);
    let missing = format!("{file}.missing");
    run(&["watch", &missing, "*"]).expect(1, &[&missing, "no such file"]);
}

#[test]
fn the_socket_of_a_killed_process_is_stale() {
    let mut node = Node::start();
    node.kill();
    node.run(&["watch", "demo-node", "*"]).expect(1, &["demo-node", "killed"]);
    let ps = node.run(&["ps"]);
    ps.expect(0, &[]);
    assert!(ps.stdout.contains("stale"), "{ps:?}");
}

#[test]
fn a_pattern_that_matches_nothing_brings_similar_names() {
    let node = Node::start();
    for command in ["watch", "stat", "list"] {
        node.run(&[command, "demo-node", "net:inbound_mesage"])
            .expect(1, &["no tracepoint matches", "net:inbound_message"]);
        node.run(&[command, "demo-node", "*", "nothing:like:it"])
            .expect(1, &["no tracepoint matches 'nothing:like:it'"]);
    }
}

#[test]
fn nothing_to_be_seen_is_no_error() {
    let finished = run(&["ps"]);
    finished.expect(0, &[]);
    assert_eq!(finished.stdout, "");
}
