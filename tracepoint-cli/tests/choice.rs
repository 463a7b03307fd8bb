//! Only some of the events: `--where`, `--sample`, `--rate`.

mod common;

use common::Node;

#[test]
fn only_events_that_match_the_predicate_come() {
    let node = Node::running();
    let predicate =
        "message_type in [\"tx\", \"inv\"] && size < 100000 && len(payload) == 0 || message_type == 'tx'";
    let arguments =
        ["watch", "demo-node", "net:inbound_message", "--where", predicate, "-n", "20", "--format"];
    let watch = node.run(&[&arguments[..], &["ndjson"]].concat());
    watch.expect(0, &["20 events delivered"]);
    for event in watch.json_lines() {
        assert_eq!(event["fields"]["message_type"], "tx");
    }
}

#[test]
fn what_was_left_out_is_summed_up() {
    let node = Node::running();
    let stat = |choice: &[&str]| {
        let arguments = ["stat", "demo-node", "mempool:added", "--for", "1s", "--format", "ndjson"];
        node.run(&[&arguments[..], choice].concat())
    };
    stat(&["--where", "vsize > 200"]).expect(0, &[" filtered"]);
    stat(&["--sample", "10"]).expect(0, &[" sampled out"]);
    stat(&["--rate", "5/s"]).expect(0, &[" sampled out"]);
}

#[test]
fn a_predicate_that_makes_no_sense_is_told_with_its_place() {
    let node = Node::start();
    let watch =
        |predicate: &str| node.run(&["watch", "demo-node", "net:inbound_message", "--where", predicate]);
    watch("sise > 5").expect(1, &["there is no field 'sise'; there are: peer_id", "  sise > 5\n  ^^^^\n"]);
    watch("size >").expect(1, &["a value is missing here"]);
    let both = node.run(&["watch", "demo-node", "net:*", "--where", "size > 5"]);
    both.expect(1, &["there is no field 'size'", "(event net:"]);
}

#[test]
fn rates_and_samples_are_checked() {
    let node = Node::start();
    let watch = |option: &str, value: &str| node.run(&["watch", "demo-node", "*", option, value]);
    watch("--rate", "0").expect(2, &["at least 1/s"]);
    watch("--rate", "many").expect(2, &["write it as 100/s"]);
    watch("--sample", "0").expect(2, &["--sample"]);
}

#[test]
fn the_help_tells_what_predicates_can_be() {
    for command in ["watch", "stat", "record"] {
        let help = common::run(&[command, "--help"]);
        help.expect(0, &[]);
        assert!(help.stdout.contains("ping < 150ms"), "{}", help.stdout);
    }
}
