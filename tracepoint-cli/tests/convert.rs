//! `tracepoint convert`: what it writes, and where.

mod common;

use std::fs;
use std::io::Read;
use std::path::Path;

use common::{Finished, Node, finish, run};
use tempfile::TempDir;

/// Converts three events.
fn convert(node: &Node, format: &str, output: &Path, more: &[&str]) -> Finished {
    let output = output.to_str().unwrap();
    node.run(&[&["convert", "demo-node", "-n", "3", "--to", format, "-o", output], more].concat())
}

#[test]
fn every_format_is_written() {
    let node = Node::running();
    let directory = TempDir::new().unwrap();
    let file = |name: &str| directory.path().join(name);
    let event = "validation:block_connected";

    convert(&node, "ndjson", &file("ndjson"), &[event]).expect(0, &["3 events delivered"]);
    let lines = fs::read_to_string(file("ndjson")).unwrap();
    assert_eq!(lines.lines().count(), 3);
    for line in lines.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["event"], event);
    }

    convert(&node, "csv", &file("csv"), &[event]).expect(0, &["3 events delivered"]);
    let mut reader = csv::Reader::from_path(file("csv")).unwrap();
    assert!(reader.headers().unwrap().iter().any(|column| column == "height"));
    let tracepoints: Vec<_> = reader.records().map(|row| row.unwrap()[5].to_owned()).collect();
    assert_eq!(tracepoints, [event; 3]);

    let counter = format!("{event}.height");
    convert(&node, "perfetto", &file("trace"), &[event, "--counter", &counter])
        .expect(0, &["3 events delivered"]);
    let trace = fs::read(file("trace")).unwrap();
    for name in [event, &counter, "demo-node"] {
        assert!(trace.windows(name.len()).any(|bytes| bytes == name.as_bytes()), "{name}");
    }
}

#[test]
fn standard_output_is_a_file_too() {
    let node = Node::running();
    let converted = convert(&node, "ndjson", Path::new("-"), &["net:*"]);
    converted.expect(0, &["3 events delivered"]);
    let events = converted.json_lines();
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|line| line["event"].as_str().unwrap().starts_with("net:")));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let node = Node::running();
    for format in ["ndjson", "csv", "perfetto"] {
        let mut convert =
            node.tracepoint(&["convert", "demo-node", "--to", format, "-o", "-"]).spawn().unwrap();
        let mut output = convert.stdout.take().unwrap();
        output.read_exact(&mut [0]).unwrap();
        drop(output);
        let finished = finish(convert);
        finished.expect(0, &[]);
        assert_eq!(finished.stderr, "", "{format}");
    }
}

#[test]
fn files_are_not_overwritten_unless_forced() {
    let node = Node::running();
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("precious");
    fs::write(&file, "precious").unwrap();
    convert(&node, "csv", &file, &[]).expect(1, &["precious exists already", "--force"]);
    assert_eq!(fs::read(&file).unwrap(), b"precious");
    convert(&node, "csv", &file, &["--force"]).expect(0, &[]);
    assert!(fs::read(&file).unwrap().starts_with(b"time,utc,"));
    let nowhere = directory.path().join("missing").join("file");
    convert(&node, "csv", &nowhere, &[]).expect(1, &["cannot write to", "missing"]);
}

#[test]
fn what_is_not_there_cannot_be_a_counter() {
    let node = Node::start();
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("trace");
    let fails = |counter: &str, words: &[&str]| {
        convert(&node, "perfetto", &file, &["net:*", "--counter", counter]).expect(1, words);
        assert!(!file.exists());
    };
    fails("net:inbound_message.weight", &["net:inbound_message that are numbers are peer_id, size"]);
    fails("mempool:added.fee", &["'mempool:added' is not among the tracepoints that are converted"]);
}

#[test]
fn usage_errors_have_status_2() {
    run(&["convert", "node", "--to", "csv"]).expect(2, &["--output"]);
    run(&["convert", "node", "-o", "file"]).expect(2, &["--to"]);
    run(&["convert", "node", "--to", "json", "-o", "file"]).expect(2, &["ndjson, csv, perfetto"]);
    run(&["convert", "node", "--to", "csv", "-o", "-", "--counter", "a:b.c"]).expect(2, &["--to perfetto"]);
}
