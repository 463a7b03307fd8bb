//! The demo: two processes whose counts agree to the last event.

mod common;

use common::{Finished, run};
use serde_json::Value;

/// What a block makes happen, for each tracepoint.
const PER_BLOCK: [(&str, u64); 4] = [
    ("mempool:added", 2499),
    ("mempool:removed", 2499),
    ("utxocache:spent", 6517),
    ("validation:block_connected", 1),
];

fn report(finished: &Finished) -> Value {
    assert_eq!(finished.stdout.lines().count(), 1, "{finished:?}");
    serde_json::from_str(&finished.stdout).unwrap()
}

/// Checks what holds of every report, and returns the sum of the losses.
fn check(report: &Value) -> u64 {
    let blocks = report["blocks"].as_u64().unwrap();
    assert!(blocks >= 1, "{report}");
    let events = report["events"].as_object().unwrap();
    assert!(events.len() >= 9, "{report}");
    for (name, per_block) in PER_BLOCK {
        assert_eq!(events[name]["offered"].as_u64(), Some(blocks * per_block), "{name}: {report}");
    }
    let mut lost_total = 0;
    for (name, counts) in events {
        let count = |key: &str| counts[key].as_u64().unwrap();
        assert!(count("offered") > 0, "{name}: {report}");
        assert_eq!(
            count("offered"),
            count("delivered") + count("filtered") + count("lost"),
            "{name}: {report}"
        );
        assert!(count("bytes") >= 8 * count("delivered"), "{name}: {report}");
        lost_total += count("lost");
    }
    assert_eq!(report["lost_total"].as_u64(), Some(lost_total), "{report}");
    for key in ["node_cpu_s", "client_cpu_s", "events_per_second"] {
        assert!(report[key].as_f64().unwrap() > 0.0, "{key}: {report}");
    }
    lost_total
}

#[test]
fn every_event_of_whole_blocks_is_delivered() {
    let finished = run(&["demo", "--for", "1s", "--format", "json", "--fail-on-loss"]);
    finished.expect(0, &["none lost"]);
    let report = report(&finished);
    assert_eq!(check(&report), 0, "{report}");
    for (name, counts) in report["events"].as_object().unwrap() {
        assert_eq!(counts["delivered"], counts["offered"], "{name}: {report}");
    }
}

#[test]
fn what_is_lost_is_accounted_for() {
    let finished = run(&["demo", "--for", "1s", "--format", "json", "--queue", "64k", "--fail-on-loss"]);
    finished.expect(3, &[" lost"]);
    assert!(check(&report(&finished)) > 0, "{finished:?}");
}

#[test]
fn demos_do_not_meet() {
    let demos: Vec<_> =
        (0..3).map(|_| std::thread::spawn(|| run(&["demo", "--for", "100ms", "--format", "json"]))).collect();
    for demo in demos {
        let finished = demo.join().unwrap();
        finished.expect(0, &[]);
        check(&report(&finished));
    }
}

#[test]
fn without_a_terminal_there_is_a_plain_table() {
    let finished = run(&["demo", "--for", "1100ms"]);
    finished.expect(0, &[]);
    for words in ["events/s", "lost", "mempool:added", "\ntotal ", "mainnet block", "count the same"] {
        assert!(finished.stdout.contains(words), "{words:?} is missing in {}", finished.stdout);
    }
    assert!(!finished.stdout.contains('\x1b'), "{}", finished.stdout);
}
