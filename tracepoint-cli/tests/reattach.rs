//! The process is gone while it is watched: a command says so, and with `--reattach` goes on with the next one.

mod common;

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use common::{Finished, Node, finish, signal};
use serde_json::Value;

/// A command that prints lines of JSON, and those that it has printed.
struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    said: Receiver<String>,
    errors: Vec<String>,
}

impl Running {
    fn start(node: &Node, arguments: &[&str]) -> Self {
        let mut child = node.tracepoint(&[arguments, &["--format", "ndjson"]].concat()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, said) = mpsc::channel();
        thread::spawn(move || {
            stderr.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
        });
        Self { child, lines, said, errors: Vec::new() }
    }

    /// What it prints next.
    fn line(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }

    /// Waits until it has said this on standard error.
    fn hear(&mut self, words: &str) {
        while !self.errors.iter().any(|line| line.contains(words)) {
            self.errors.push(self.said.recv().unwrap_or_else(|_| panic!("{words:?}: {:?}", self.errors)));
        }
    }

    /// Ends it, and returns what it still printed.
    fn finish(self) -> (Vec<Value>, Finished) {
        let lines = self.lines;
        let rest = thread::spawn(move || {
            lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect::<Vec<Value>>()
        });
        let mut finished = finish(self.child);
        let errors = self.errors.into_iter().chain(self.said.iter());
        finished.stderr = errors.collect::<Vec<_>>().join("\n");
        (rest.join().unwrap(), finished)
    }
}

#[test]
fn stat_says_that_the_process_is_gone() {
    let mut node = Node::running();
    let mut stat = Running::start(&node, &["stat", "demo-node", "*", "--interval", "50ms"]);
    stat.line();
    node.kill();
    let (rest, finished) = stat.finish();
    finished.expect(4, &["delivered", "the process has exited"]);
    assert_eq!(rest.last().unwrap()["final"], true, "what came is summed up all the same");
}

#[cfg(unix)]
#[test]
fn watch_goes_on_with_the_next_process_of_that_name() {
    let node = Node::running();
    let mut watch = Running::start(&node, &["watch", "demo-node", "validation:*", "--reattach"]);
    let first = watch.line();
    assert_eq!(first["event"], "validation:block_connected");
    let mut seen = 1;
    let mut node = node.replace();
    watch.hear("Waiting for the next process called demo-node");
    watch.hear(&format!("attached to demo-node (pid {})", node.id()));
    node.go();
    // What the first one had sent, and then what the second one sends, which counts from its beginning.
    loop {
        let event = watch.line();
        seen += 1;
        if event["seq"] == 0 && seen > 1 {
            assert!(event["mono_ns"].as_u64() > first["mono_ns"].as_u64());
            break;
        }
    }
    signal(&watch.child, "INT");
    let (rest, finished) = watch.finish();
    seen += rest.iter().filter(|line| line.get("event").is_some()).count();
    finished.expect(0, &["the process has exited", "What it had not sent is lost with it", "none lost"]);
    let delivered = finished.stderr.split(" events delivered").next().unwrap();
    let delivered = delivered.rsplit(' ').next().unwrap().replace(',', "");
    assert_eq!(delivered, seen.to_string(), "{}", finished.stderr);
}

#[cfg(unix)]
#[test]
fn stat_adds_up_what_all_processes_of_that_name_did() {
    let node = Node::running();
    let arguments = ["stat", "demo-node", "validation:*", "net:*", "--interval", "50ms", "--reattach"];
    let mut stat = Running::start(&node, &arguments);
    let blocks = |line: &Value| line["events"]["validation:block_connected"]["total"].as_u64().unwrap_or(0);
    while blocks(&stat.line()) == 0 {}
    let mut node = node.replace();
    stat.hear("attached to demo-node");
    node.go();
    // Tables that were printed before, and what comes now.
    let (mut last, mut grown) = (0, 0);
    while grown < 2 {
        let now = blocks(&stat.line());
        assert!(now >= last, "nothing is forgotten");
        grown += i32::from(now > last);
        last = now;
    }
    signal(&stat.child, "INT");
    let (rest, finished) = stat.finish();
    finished.expect(0, &["delivered"]);
    let total = rest.last().unwrap();
    assert_eq!(total["final"], true);
    assert!(blocks(total) >= last);
    let names = total["events"].as_object().unwrap();
    assert!(names.len() > 3, "{names:?}");
}

#[cfg(unix)]
#[test]
fn waiting_for_the_next_process_ends_with_the_time_or_with_an_interrupt() {
    let mut node = Node::start();
    let mut timed = Running::start(&node, &["watch", "demo-node", "*:block*", "--reattach", "--for", "5s"]);
    let mut endless = Running::start(&node, &["stat", "demo-node", "*:block*", "--reattach"]);
    node.wait_for_clients(2);
    node.kill();
    endless.hear("Waiting");
    signal(&endless.child, "INT");
    endless.finish().1.expect(0, &["delivered"]);
    timed.hear("Waiting");
    timed.finish().1.expect(0, &["delivered"]);
}

#[test]
fn there_is_no_next_process_of_a_recording() {
    let node = Node::running();
    let file = node.directory().join("events.tpr");
    let file = file.to_str().unwrap();
    node.run(&["record", "demo-node", "*:block*", "-o", file, "--for", "200ms"]).expect(0, &[]);
    node.run(&["watch", file, "*", "--reattach"]).expect(1, &["--reattach", "recording"]);
}

/// As under a debugger, or in a container that is frozen.
#[cfg(unix)]
#[test]
fn a_command_ends_though_the_process_is_stopped() {
    let node = Node::running();
    let mut watch = Running::start(&node, &["watch", "demo-node", "validation:*"]);
    watch.line();
    node.signal("STOP");
    signal(&watch.child, "INT");
    watch.finish().1.expect(4, &["delivered", "the process does not answer"]);
    node.signal("CONT");
}
