//! `tracepoint demo-node`: the traced side of the demo.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use cpu_time::ProcessTime;
use node::{Config, Node, Stop};
use serde::Serialize;
use tracepoint_ipc::Exporter;

use super::protocol::{Done, Ended, GO, Ready};
use crate::exit::{Failure, Outcome};

/// Runs the node as the client says.
pub fn run() -> Result<Outcome, Failure> {
    let stop = Stop::new();
    stop_on_interrupt(stop.clone())?;
    let config = Config { pause: Duration::ZERO, ..Config::default() };
    let node =
        Node::new(config).map_err(|error| Failure::other(format!("the node cannot start: {error}")))?;
    let exporter = Exporter::builder("demo-node").start();
    let exporter =
        exporter.map_err(|error| Failure::other(format!("the node cannot be watched: {error}")))?;
    say(&Ready { socket: exporter.socket_path().to_owned() })?;

    let mut order = String::new();
    if io::stdin().read_line(&mut order).is_err() || order.trim_end() != GO {
        return Ok(Outcome::Done);
    }
    let asker = stop.clone();
    let client = thread::spawn(move || {
        let mut orders = io::stdin().lines();
        // An order, or the end of the client: either is a reason to stop.
        let _ = orders.next();
        asker.request();
        // What was fired may still be on its way. The client says when it has everything.
        orders.for_each(drop);
    });
    let summary = node.run(&stop).map_err(|error| Failure::other(format!("the node failed: {error}")))?;
    let passed = summary.by_tracepoint().map(|(name, count)| (name.to_owned(), count));
    say(&Done { blocks: summary.blocks, passed: passed.collect() })?;
    let _ = client.join();
    drop(exporter);
    say(&Ended { cpu_s: ProcessTime::now().as_duration().as_secs_f64() })?;
    Ok(Outcome::Done)
}

/// Ctrl-C goes to both processes: this one must live until the other has what it came for.
fn stop_on_interrupt(stop: Stop) -> Result<(), Failure> {
    ctrlc::set_handler(move || stop.request())
        .map_err(|error| Failure::other(format!("the node cannot listen for Ctrl-C: {error}")))
}

fn say(line: &impl Serialize) -> Result<(), Failure> {
    let line = serde_json::to_string(line).map_err(io::Error::from)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
