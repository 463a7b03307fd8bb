//! The course of the soak, and the verdict.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use tracepoints::ipc::Exporter;
use tracepoints::{enabled, pool};

use crate::calls::Calls;
use crate::crowd::Crowd;
use crate::events::{Fired, Message, NAMES, Small};
use crate::memory::{Held, held};
use crate::producer::Field;
use crate::stream::{Counts, Wish};
use crate::{client, garbage, visitor};

/// A busy process and clients that behave badly: every event must be accounted for.
#[derive(Debug, Parser)]
struct Arguments {
    /// How long, in seconds.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// What a process is started as.
    #[arg(long, hide = true)]
    role: Option<String>,
    #[arg(long, hide = true, default_value = "none")]
    socket: PathBuf,
}

/// Runs what the arguments ask for.
pub fn main() -> ExitCode {
    let Arguments { seconds, role, socket } = Arguments::parse();
    let outcome = match role.as_deref() {
        None => soak(Duration::from_secs(seconds)),
        Some("count") => {
            client::run(&socket, &[Wish::All, Wish::Matching, Wish::Sampled, Wish::Rated, Wish::Newest])
        }
        Some("stall") => client::run(&socket, &[Wish::Hasty]),
        Some("die") => client::run(&socket, &[Wish::All, Wish::Matching]),
        Some("garbage") => garbage::run(&socket),
        Some(other) => Err(anyhow::anyhow!("there is no role '{other}'")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("soak: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether memory is flat, and how long calls take, is judged only if there was time enough to tell.
const LONG: Duration = Duration::from_secs(60);

fn soak(time: Duration) -> Result<()> {
    let directory = tempfile::Builder::new().prefix("soak").tempdir()?;
    let exporter = Exporter::builder("soak").directory(directory.path().join("s")).start()?;
    let before = held()?;
    let mut crowd = Crowd::gather(exporter.socket_path())?;
    let field = Field::new();
    let (outcome, fired, calls) = field.fire_during(|| look_on(&mut crowd, time));
    let (seen, visits) = outcome?;
    let (deaths, stalls) = (crowd.deaths, crowd.stalls);
    let said = crowd.dissolve()?;

    println!("{} small events and {} messages were fired.", fired.all[0], fired.all[1]);
    println!(
        "{deaths} clients were killed, one was stopped {stalls} times, {visits} visitors came and went."
    );
    println!("\nsubscription tracepoint offered = delivered + filtered + sampled out + lost");
    compare(&said, &fired)?;
    println!("\nprobes:\n{}\ncopies of the same bytes, beside each:\n{}", calls.probes, calls.copies);
    wait_until_nobody_is_left(&exporter)?;
    let after = held()?;
    let is_long = time >= LONG;
    report_memory(before, &seen, after, is_long)?;
    report_calls(&calls, is_long)?;
    drop(exporter);
    println!("all is accounted for");
    Ok(())
}

/// What the process holds, from time to time, while the threads fire.
fn look_on(crowd: &mut Crowd<'_>, time: Duration) -> Result<(Vec<Held>, u64)> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let visitor = scope.spawn(|| visitor::run(&stop));
        let start = Instant::now();
        let mut seen = Vec::new();
        let mut outcome = Ok(());
        while start.elapsed() < time && outcome.is_ok() && !visitor.is_finished() {
            outcome = crowd.look_after();
            if seen.len() as u128 * 250 < start.elapsed().as_millis() {
                seen.push(held()?);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        stop.store(true, Ordering::Relaxed);
        let visits = visitor.join().expect("it does not panic");
        outcome?;
        Ok((seen, visits?))
    })
}

/// Compares what the clients counted with what was fired.
fn compare(said: &[String], fired: &Fired) -> Result<()> {
    let wishes = [Wish::All, Wish::Matching, Wish::Sampled, Wish::Rated, Wish::Newest, Wish::Hasty];
    ensure!(said.len() == wishes.len() * NAMES.len(), "the clients said only {said:?}");
    for line in said {
        println!("{line}");
        let words: Vec<_> = line.split(' ').collect();
        let [wish, name, numbers @ ..] = words.as_slice() else { anyhow::bail!("what is '{line}'?") };
        let numbers: Vec<u64> = numbers.iter().map(|number| number.parse()).collect::<Result<_, _>>()?;
        let &[offered, delivered, filtered, sampled_out, lost] = numbers.as_slice() else {
            anyhow::bail!("what is '{line}'?")
        };
        let counts = Counts { offered, delivered, filtered, sampled_out, lost };
        let kind = NAMES.iter().position(|known| known == name).context("an unknown tracepoint")?;
        ensure!(counts.add_up(), "it does not add up");
        ensure!(offered == fired.all[kind], "{} were fired", fired.all[kind]);
        let unwanted = if *wish == "Matching" { fired.all[kind] - fired.wanted[kind] } else { 0 };
        ensure!(filtered == unwanted, "{unwanted} do not match");
        let taken = offered - filtered - sampled_out;
        match *wish {
            "Sampled" => ensure!(taken == offered.div_ceil(7), "not one of seven"),
            "Rated" => {}
            _ => ensure!(sampled_out == 0, "nothing was to be left out"),
        }
    }
    Ok(())
}

fn wait_until_nobody_is_left(exporter: &Exporter) -> Result<()> {
    let start = Instant::now();
    while exporter.connections() > 0 || enabled!(Small<'_>) || enabled!(Message<'_>) {
        ensure!(start.elapsed() < Duration::from_secs(60), "connections or tracepoints stay on");
        std::thread::sleep(Duration::from_millis(1));
    }
    ensure!(exporter.subscriptions() == 0, "a subscription was left behind");
    tracepoints::drain::pass();
    let stats = pool::stats();
    ensure!(stats.used_referenced_bytes == 0 && stats.rings == 0, "rings were left behind: {stats:?}");
    Ok(())
}

/// Memory may grow by so much from the first part to the last.
const SLACK_KILOBYTES: u64 = 4 << 10;

fn report_memory(before: Held, seen: &[Held], after: Held, is_long: bool) -> Result<()> {
    let most = |seen: &[Held]| seen.iter().map(|held| held.kilobytes).max().unwrap_or(0);
    // Queues fill and empty, so it is the most of some time.
    let part = seen.len() / 4;
    let (warm, end) = (most(&seen[part..2 * part]), most(&seen[3 * part..]));
    println!("resident memory, the most of each quarter of the time, in kB:");
    let quarters: Vec<_> = seen.chunks(part.max(1)).take(4).map(most).collect();
    println!("  before {}, {quarters:?}, after {}", before.kilobytes, after.kilobytes);
    println!("descriptors: before {}, after {}", before.descriptors, after.descriptors);
    ensure!(after.descriptors <= before.descriptors, "descriptors were left behind");
    ensure!(!is_long || end <= warm + warm / 10 + SLACK_KILOBYTES, "memory grew");
    Ok(())
}

fn report_calls(calls: &Calls, is_long: bool) -> Result<()> {
    ensure!(calls.probes.waited == 0, "a probe waited for something");
    let (unexplained, allowed) = (calls.probes.unexplained, calls.allowed());
    println!(
        "slow calls without an explanation: {unexplained}; as many as {allowed} may be the machine's, by the copies"
    );
    ensure!(!is_long || unexplained <= allowed, "probes were slow by themselves");
    Ok(())
}
