//! Fires events once all subscribers are there.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use tracepoints::ipc::Exporter;
use tracepoints::pool::{self, Limits};

use crate::{events, late};

/// The threads that fire.
const THREADS: [&str; 3] = ["msghand", "größe", "scheduler"];

/// How often to look whether subscribers have come or gone.
const LOOK: Duration = Duration::from_millis(10);

/// Fires so many events for so many subscribers.
pub fn run(events: u64, subscribers: usize) -> anyhow::Result<()> {
    // Rings that hold all events even if nobody drains them: nothing is lost, however busy the machine is. The
    // clients ask for queues as large.
    pool::set_limits(Limits { pool_bytes: 1 << 30, thread_bytes: 1 << 29, ..Limits::default() })?;
    let exporter = Exporter::builder("interop").start().context("cannot export tracepoints")?;
    say("waiting for subscribers");
    while exporter.subscriptions() < subscribers {
        thread::sleep(LOOK);
    }
    thread::scope(|scope| {
        let mut threads = THREADS.iter().zip(0..).map(|(name, first)| {
            let numbers = (first..events).step_by(THREADS.len());
            thread::Builder::new().name((*name).to_owned()).spawn_scoped(scope, move || fire(numbers, events))
        });
        threads.try_for_each(|thread: io::Result<_>| thread.map(drop))
    })
    .context("cannot start a thread")?;
    say(&format!("fired {events} events"));
    while exporter.subscriptions() > 0 {
        thread::sleep(LOOK);
    }
    Ok(())
}

fn fire(numbers: impl Iterator<Item = u64>, events: u64) {
    let mut is_late = false;
    for number in numbers {
        if number == events / 2 {
            late::register();
            is_late = true;
        }
        // Only by the thread that has registered it, as others may not know yet.
        if is_late && number % 10 == 0 { late::fire(number) } else { events::fire(number) }
    }
}

/// Prints a line. Whoever does not want to read it does no harm.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
