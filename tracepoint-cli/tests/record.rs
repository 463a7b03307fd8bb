//! Recordings: made, and taken in place of a process by every command.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use common::{Finished, HUNG, Node, finish, run, signal};
use serde_json::Value;

/// What a block makes happen.
const BLOCK: u64 = 17_000;

/// A recording of a few blocks, and what `watch` has printed at the same time.
struct Recorded {
    file: PathBuf,
    live: Finished,
}

fn recorded() -> &'static Recorded {
    static RECORDED: OnceLock<Recorded> = OnceLock::new();
    RECORDED.get_or_init(|| {
        let mut node = Node::start();
        // For as long as the tests run, which drop no static.
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("node.rec");
        let watch = ["watch", "demo-node", "*", "--format", "ndjson", "--queue", "512m"];
        // Its output is more than fits into a pipe.
        let live = node.directory().join("live.ndjson");
        let watch = node.tracepoint(&watch).stdout(fs::File::create(&live).unwrap()).spawn().unwrap();
        let record = record(&node, &file, &["--queue", "512m", "--force"]);
        node.wait_for_clients(2);
        node.go();
        wait_for(&file, 1_000_000);
        node.stop();
        signal(&watch, "INT");
        signal(&record, "INT");
        finish(record).expect(0, &[" events delivered, none lost", "wrote ", "node.rec"]);
        let mut watch = finish(watch);
        watch.expect(0, &["none lost"]);
        watch.stdout = fs::read_to_string(live).unwrap();
        Recorded { file, live: watch }
    })
}

/// Starts to record everything.
fn record(node: &Node, file: &Path, arguments: &[&str]) -> Child {
    let mut command = node.tracepoint(&["record", "demo-node", "*", "-o", file.to_str().unwrap()]);
    command.args(arguments).spawn().unwrap()
}

/// Waits until the node does something and it is written: so many bytes.
fn wait_for(file: &Path, bytes: u64) {
    let end = Instant::now() + HUNG;
    while fs::metadata(file).map_or(0, |metadata| metadata.len()) < bytes {
        assert!(Instant::now() < end, "nothing is written");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn name(file: &Path) -> &str {
    file.to_str().unwrap()
}

#[test]
fn a_recording_prints_what_the_process_printed() {
    let recorded = recorded();
    let replayed = run(&["watch", name(&recorded.file), "*", "--format", "ndjson"]);
    replayed.expect(0, &[" events delivered, none lost"]);
    let (live, replayed): (Vec<_>, Vec<_>) =
        (recorded.live.stdout.lines().collect(), replayed.stdout.lines().collect());
    assert!(live.len() as u64 >= BLOCK, "{}", live.len());
    assert_eq!(live.len(), replayed.len());
    // Each client asks the process what its clock is in UTC, and the answers differ by nanoseconds.
    let but_utc = |line: &&str| line.split_once(r#","mono_ns":"#).unwrap().1.to_owned();
    for (live, replayed) in live.iter().zip(&replayed) {
        assert_eq!(but_utc(live), but_utc(replayed));
    }
}

#[test]
fn every_command_takes_a_recording() {
    let file = name(&recorded().file);
    let events = recorded().live.stdout.lines().count() as u64;
    let list = run(&["list", file]);
    list.expect(0, &[]);
    assert_eq!(list.stdout.lines().count(), 20);
    let list = run(&["list", file, "net:inbound_message", "-v"]);
    for words in
        ["A P2P message was received from a peer.", "payload: bytes ", "outbound_full_relay", ", recorded\n"]
    {
        assert!(list.stdout.contains(words), "{words:?} is missing in {list:#?}");
    }

    let stat = run(&["stat", file, "*", "--format", "ndjson"]);
    stat.expect(0, &["none lost"]);
    let [total] = &stat.json_lines()[..] else {
        panic!("one table, as there is nothing to wait for: {stat:?}")
    };
    assert_eq!(total["final"], true);
    let sum = |span: &Value, key: &str| {
        span["events"].as_object().unwrap().values().map(|row| row[key].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(sum(total, "events"), events);
    let stat = run(&["stat", file, "*", "--format", "ndjson", "--interval", "100ms"]);
    let spans = stat.json_lines();
    assert!(spans.len() > 1, "{stat:?}");
    let (total, intervals) = spans.split_last().unwrap();
    assert!(intervals.iter().all(|span| span["seconds"] == 0.1), "of the recording's time");
    assert!(intervals.iter().map(|span| sum(span, "events")).sum::<u64>() <= sum(total, "total"));
    assert_eq!(sum(total, "total"), events);

    let convert = run(&["convert", file, "--to", "ndjson", "-o", "-"]);
    convert.expect(0, &["none lost"]);
    assert_eq!(convert.stdout.lines().count() as u64, events);
    let schema = run(&["schema", "capnp", file, "net:*"]);
    assert!(schema.expect(0, &[]).stdout.contains("\n    control @3 :Control;\n"), "{schema:?}");
    run(&["schema", "diff", file, file]).expect(0, &["no changes"]);

    let first = run(&["watch", file, "net:*", "-n", "3"]);
    first.expect(0, &["3 events delivered"]);
    assert_eq!(first.stdout.lines().count(), 3);
    run(&["watch", file, "net:inbound_mesage"]).expect(1, &["no tracepoint matches", "net:inbound_message"]);
}

#[test]
fn a_part_of_a_recording_is_read_by_time() {
    let file = name(&recorded().file);
    let all = run(&["watch", file, "*", "--format", "ndjson"]).json_lines();
    let time = |event: &Value| event["mono_ns"].as_u64().unwrap();
    let (from, to) = (&all[all.len() / 3], &all[all.len() / 2]);
    let [from_utc, to_utc] = [from, to].map(|event| event["time"].as_str().unwrap());
    let part = run(&["watch", file, "*", "--format", "ndjson", "--from", from_utc, "--to", to_utc]);
    part.expect(0, &["none lost"]);
    let expected: Vec<_> =
        all.iter().filter(|event| (time(from)..=time(to)).contains(&time(event))).cloned().collect();
    assert_eq!(part.json_lines(), expected);

    let nothing = run(&["watch", file, "*", "--from", "1000h"]);
    nothing.expect(0, &["0 events delivered"]);
    let whole = run(&["stat", file, "*", "--from", "0s", "--for", "1000h", "--format", "ndjson"]);
    let count = |finished: &Finished| finished.stderr.split(' ').nth(1).unwrap().replace(',', "");
    assert_eq!(count(&whole), all.len().to_string());
}

#[test]
fn a_part_of_a_recording_is_a_recording() {
    let recorded = recorded();
    let file = name(&recorded.file);
    let directory = tempfile::tempdir().unwrap();
    let copy = directory.path().join("net.rec");
    run(&["record", file, "net:*", "-o", name(&copy)]).expect(0, &["none lost", "net.rec"]);
    let of = |file: &str, pattern| run(&["watch", file, pattern, "--format", "ndjson"]).stdout;
    assert!(of(file, "net:*") == of(name(&copy), "*"), "the events of one provider");
    let list = run(&["list", name(&copy), "mempool:added", "-v"]);
    assert!(list.stdout.contains(", not recorded"), "{list:?}");
    run(&["watch", name(&copy), "mempool:*"]).expect(1, &["no tracepoint matches 'mempool:*'"]);

    run(&["record", file, "*", "-o", file, "--force"]).expect(1, &["cannot be copied onto itself"]);
    run(&["record", file, "*", "-o", name(&copy)]).expect(1, &["exists already", "--force"]);
    run(&["record", file, "*", "-o", name(&copy), "--force"]).expect(0, &[]);
    assert!(of(file, "*") == of(name(&copy), "*"));
}

#[test]
fn a_predicate_chooses_events_of_a_recording() {
    let file = name(&recorded().file);
    let ndjson = |arguments: &[&str]| {
        let finished =
            run(&[&["watch", file, "mempool:added", "--format", "ndjson"][..], arguments].concat());
        finished.expect(0, &["none lost"]);
        finished
    };
    let large = |event: &&Value| event["fields"]["vsize"].as_u64().unwrap() > 200;
    let all = ndjson(&[]).json_lines();
    let expected: Vec<_> = all.iter().filter(large).cloned().collect();
    assert!(!expected.is_empty() && expected.len() < all.len());
    let chosen = ndjson(&["--where", "vsize > 200"]);
    assert_eq!(chosen.json_lines(), expected);
    let left_out = |finished: &Finished, what: &str| {
        let before = finished.stderr.split(what).next().unwrap();
        before.rsplit(' ').next().unwrap().replace(',', "").parse::<usize>().unwrap()
    };
    assert_eq!(left_out(&chosen, " filtered"), all.len() - expected.len());

    let sampled = ndjson(&["--where", "vsize > 200", "--sample", "10"]);
    assert_eq!(sampled.json_lines(), expected.iter().step_by(10).cloned().collect::<Vec<_>>());
    assert_eq!(left_out(&sampled, " sampled out"), expected.len() - expected.len().div_ceil(10));
    assert!(ndjson(&["--rate", "5/s"]).json_lines().len() < all.len());

    let directory = tempfile::tempdir().unwrap();
    let copy = directory.path().join("large.rec");
    let record = run(&["record", file, "mempool:added", "--where", "vsize > 200", "-o", name(&copy)]);
    record.expect(0, &[" filtered"]);
    let copied = run(&["watch", name(&copy), "*", "--format", "ndjson"]);
    assert_eq!(copied.json_lines(), expected);
    assert_eq!(left_out(&copied, " filtered"), all.len() - expected.len(), "the account is in the copy");
    let convert =
        run(&["convert", file, "--to", "ndjson", "-o", "-", "mempool:added", "--where", "vsize > 200"]);
    assert_eq!(convert.json_lines(), expected);
    run(&["stat", file, "net:*", "--where", "vsize > 200"]).expect(1, &["there is no field 'vsize'"]);
}

#[test]
fn a_cut_recording_is_read_with_a_warning_and_a_damaged_one_up_to_the_error() {
    let recorded = recorded();
    let mut bytes = fs::read(&recorded.file).unwrap();
    let whole = run(&["watch", name(&recorded.file), "*", "--format", "ndjson"]).stdout;
    let whole: Vec<_> = whole.lines().collect();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("node.rec");
    let watch = || run(&["watch", name(&file), "*", "--format", "ndjson"]);
    let is_beginning = |watch: &Finished| watch.stdout.lines().zip(&whole).all(|(a, b)| a == *b);

    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let cut = watch();
    cut.expect(0, &["node.rec: the recording was cut", "it was read up to byte", "events delivered"]);
    let count = cut.stdout.lines().count();
    assert!(count > 0 && count < whole.len() && is_beginning(&cut));
    let list = run(&["list", name(&file)]);
    assert_eq!(list.expect(0, &[]).stdout.lines().count(), 20);

    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, &bytes).unwrap();
    let damaged = watch();
    damaged.expect(1, &["node.rec: the recording is damaged at byte", "wrong checksum", "events delivered"]);
    assert_eq!(damaged.stdout.lines().count(), count);
    assert!(is_beginning(&damaged));

    fs::write(&file, &bytes[..1000]).unwrap();
    watch().expect(1, &["node.rec: it is the beginning of a recording, cut after 1000 bytes"]);
}

#[test]
fn a_live_process_has_no_part_by_time() {
    let node = Node::start();
    node.run(&["watch", "demo-node", "*", "--from", "1s"]).expect(1, &["--from and --to are for recordings"]);
}

#[test]
fn a_recording_in_parts_has_all_events_once() {
    let mut node = Node::start();
    let file = node.directory().join("node.rec");
    let child = record(&node, &file, &["--queue", "512m", "--rotate-size", "1m", "--sync", "1s"]);
    node.wait_for_clients(1);
    node.go();
    // The first part is complete then.
    wait_for(&node.directory().join("node.0002.rec"), 1);
    node.stop();
    signal(&child, "INT");
    let finished = finish(child);
    finished.expect(0, &["none lost", " files, the last one ", "node."]);
    assert!(!file.exists());
    let mut seq = 0;
    let mut part = 0;
    loop {
        part += 1;
        let file = node.directory().join(format!("node.{part:04}.rec"));
        if !file.exists() {
            break;
        }
        let watch = run(&["watch", name(&file), "*", "--format", "ndjson"]);
        watch.expect(0, &["none lost"]);
        for event in watch.json_lines() {
            assert_eq!(event["seq"], seq, "part {part}");
            assert_ne!(event["thread_name"], "", "threads are known in every part");
            seq += 1;
        }
    }
    assert!(part > 4 && seq >= BLOCK, "{part} parts, {seq} events");
    let events = finished.stderr.split(" events delivered").next().unwrap().rsplit(' ').next().unwrap();
    assert_eq!(events.replace(',', ""), seq.to_string());
}

#[test]
fn only_the_latest_parts_are_kept() {
    let recorded = recorded();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.b.rec");
    // Whichever comes first.
    let arguments = ["--rotate-time", "20ms", "--rotate-size", "1g", "--keep", "2"];
    let copy = ["record", name(&recorded.file), "*", "-o", name(&file)];
    run(&[&copy[..], &arguments].concat()).expect(0, &[" were deleted, the last one "]);
    let mut left: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|it| it.unwrap().path()).collect();
    left.sort();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(name(&left[1]).ends_with(".rec") && name(&left[0]).contains("a.b.0"), "{left:?}");
    let last = run(&["watch", name(&left[1]), "*", "--format", "ndjson"]);
    last.expect(0, &[]);
    let whole = run(&["watch", name(&recorded.file), "*", "--format", "ndjson"]);
    assert_eq!(last.stdout.lines().last(), whole.stdout.lines().last());
}

/// The process is killed in the middle of it.
#[cfg(unix)]
#[test]
fn a_recorder_that_is_killed_leaves_a_recording() {
    let node = Node::running();
    let file = node.directory().join("node.rec");
    let mut child = record(&node, &file, &[]);
    wait_for(&file, 1_000_000);
    child.kill().unwrap();
    child.wait().unwrap();
    let stat = run(&["stat", name(&file), "*"]);
    stat.expect(0, &["node.rec: the recording was cut", "events delivered"]);
    assert!(stat.stdout.contains("validation:block_connected") || stat.stdout.contains("mempool:added"));
}

#[test]
fn a_recording_is_complete_if_the_process_is_killed() {
    let mut node = Node::running();
    let file = node.directory().join("node.rec");
    let child = record(&node, &file, &[]);
    wait_for(&file, 1_000_000);
    node.kill();
    finish(child).expect(4, &["wrote ", "node.rec", "events delivered", "the process has exited"]);
    let stat = run(&["stat", name(&file), "*"]);
    stat.expect(0, &["events delivered"]);
    assert!(!stat.stderr.contains("cut"), "{stat:?}");
}

#[test]
fn a_recording_goes_to_standard_output() {
    let file = name(&recorded().file);
    let directory = tempfile::tempdir().unwrap();
    let copy = |arguments: &[&str]| {
        let mut command = common::tracepoint(directory.path());
        command.args(["record", file, "net:*", "-o", "-"]).args(arguments).output().unwrap()
    };
    let piped = copy(&[]);
    let stderr = String::from_utf8_lossy(&piped.stderr);
    assert!(piped.status.success() && stderr.contains(" to standard output"), "{stderr}");
    let path = directory.path().join("net.rec");
    fs::write(&path, piped.stdout).unwrap();
    let of = |file: &str| run(&["watch", file, "net:*", "--format", "ndjson"]).expect(0, &[]).stdout.clone();
    assert!(of(file) == of(name(&path)));
    for option in [["--rotate-size", "1m"], ["--sync", "1s"]] {
        let refused = copy(&option);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("standard output is no file"));
    }
}

/// A file that cannot get larger is as a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_a_recording_that_can_be_read() {
    let node = Node::running();
    let file = node.directory().join("node.rec");
    // In units of 512 bytes. Without the trap, the system would end the program.
    let script = r#"trap "" XFSZ; ulimit -f 2000; exec "$0" "$@""#;
    let program = node.tracepoint(&[]);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).arg(program.get_program());
    shell.envs(program.get_envs().filter_map(|(key, value)| Some((key, value?))));
    // Without blocks, as one of them would be too much at once.
    shell.args(["record", "demo-node", "mempool:*", "utxocache:*", "-o", name(&file)]);
    let finished = finish(shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    finished.expect(1, &["cannot write to", "node.rec", "can be read", "events delivered", "wrote "]);
    let len = fs::metadata(&file).unwrap().len();
    assert!(len <= 2000 * 512 && len > 500 * 512, "{len}");
    let stat = run(&["stat", name(&file), "*"]);
    stat.expect(0, &["events delivered"]);
    assert!(!stat.stderr.contains(" 0 events"), "{stat:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_without_any_room_is_an_error() {
    let node = Node::start();
    node.run(&["record", "demo-node", "*", "-o", "/dev/full", "--force"])
        .expect(1, &["cannot write to /dev/full", "No space left"]);
    assert!(Path::new("/dev/full").exists(), "a device is not deleted");
    let directory = name(node.directory());
    for force in [&["--force"][..], &[]] {
        node.run(&[&["record", "demo-node", "*", "-o", directory], force].concat())
            .expect(1, &["cannot write to", "it is a directory"]);
    }
    let nowhere = node.directory().join("missing").join("node.rec");
    node.run(&["record", "demo-node", "*", "-o", name(&nowhere)]).expect(1, &["cannot write to", "missing"]);
}

#[test]
fn losses_are_in_the_recording() {
    let node = Node::running();
    let file = node.directory().join("node.rec");
    let arguments = ["record", "demo-node", "*", "--for", "500ms", "--queue", "4k", "--fail-on-loss"];
    let record = node.run(&[&arguments[..], &["-o", name(&file)]].concat());
    record.expect(3, &["lost", "queue full"]);
    let lost = |finished: &Finished| {
        let text = finished.stderr.split_once(" delivered, ").unwrap().1;
        text.split_once(" lost").unwrap().0.to_owned()
    };
    let watch = run(&["watch", name(&file), "*", "--format", "ndjson", "--fail-on-loss"]);
    watch.expect(3, &["queue full"]);
    assert_eq!(lost(&watch), lost(&record));
    assert!(!watch.stderr.contains("--queue"), "it is too late for advice: {watch:?}");
    let gaps = watch.json_lines();
    let gaps = gaps.iter().filter_map(|line| line["gap"]["lost"]["queue_full"].as_u64());
    assert_eq!(gaps.sum::<u64>().to_string(), lost(&record).replace(',', ""));
}
