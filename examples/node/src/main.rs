//! The program `node`: runs the sample node so that its tracepoints can be watched.

#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::{ExitCode, exit};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use node::{Config, Node, Stop, Summary};
use tracepoints::ipc::Exporter;

/// Two peers of a small Bitcoin-like node, with Bitcoin Core's tracepoints.
///
/// They talk the real P2P protocol over loopback TCP and replay real mainnet block 702861, round
/// after round. Attach with the program `tracepoint` while it runs.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    /// Run until interrupted
    #[arg(long, required_unless_present = "rounds", conflicts_with = "rounds")]
    serve: bool,
    /// Replay the block N times, then end
    #[arg(long, value_name = "N")]
    rounds: Option<u64>,
    /// Pause between two rounds, for example 250ms
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = humantime::parse_duration)]
    pause: Duration,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("node: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = Config { rounds: arguments.rounds, pause: arguments.pause, ..Config::default() };
    let node = Node::new(config).context("cannot prepare the replay")?;
    let stop = Stop::new();
    stop_on_interrupt(stop.clone()).context("cannot handle interrupts")?;
    let _exporter = Exporter::builder("node").start().context("cannot export tracepoints")?;
    say("attach with `tracepoint list node -v` or `tracepoint watch node 'net:*' -n 10`");
    let start = Instant::now();
    let summary = node.run(&stop).context("the replay failed")?;
    say(&describe(&summary, start.elapsed()));
    Ok(())
}

/// The first interrupt ends the run after the round in progress, the second ends it at once.
fn stop_on_interrupt(stop: Stop) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(move || {
        if stop.is_requested() {
            exit(130);
        }
        stop.request();
    })
}

/// Prints a line. Whoever does not want to read it does no harm.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn describe(summary: &Summary, elapsed: Duration) -> String {
    let Summary { blocks, accepted, spent, received, .. } = summary;
    let seconds = elapsed.as_secs_f64();
    format!(
        "{blocks} blocks, {accepted} transactions accepted, {spent} coins spent, \
         {received} messages in {seconds:.1} s"
    )
}
