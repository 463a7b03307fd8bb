//! Clients in other processes that read and check everything.

use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tracepoints::Policy;
use tracepoints::ipc::blocking::Client;
use tracepoints::ipc::{Batch, Request, SubscriptionStats};

use crate::child::say;
use crate::events::{Message, NAMES, Small};
use crate::stream::{Counts, Seen, Stream, Wish};

/// Subscribes to each wish, on a connection of its own, until the input ends. Then says what came of it: a
/// line for each subscription and tracepoint.
///
/// # Errors
/// A stream did not keep its promises, or the process went.
pub fn run(socket: &Path, wishes: &[Wish]) -> Result<()> {
    let stop = AtomicBool::new(false);
    let ready = std::sync::Barrier::new(wishes.len() + 1);
    std::thread::scope(|scope| {
        let (stop, ready) = (&stop, &ready);
        let readers: Vec<_> = wishes
            .iter()
            .map(|wish| {
                scope.spawn(move || {
                    let followed = follow(socket, *wish, ready, stop);
                    followed.inspect_err(|error| {
                        eprintln!("client that wants {wish:?}: {error:#}");
                        // The others may be at the barrier, or read for ever.
                        std::process::exit(1);
                    })
                })
            })
            .collect();
        ready.wait();
        say("ready");
        std::io::stdin().read_to_end(&mut Vec::new()).context("cannot read the input")?;
        stop.store(true, Ordering::Relaxed);
        for (wish, reader) in wishes.iter().zip(readers) {
            for (name, counts) in reader.join().expect("it does not panic")? {
                let Counts { offered, delivered, filtered, sampled_out, lost } = counts;
                say(format_args!("{wish:?} {name} {offered} {delivered} {filtered} {sampled_out} {lost}"));
            }
        }
        Ok(())
    })
}

fn request(wish: Wish) -> Request {
    let request = Request::new().pattern("soak:*").queue_bytes(wish.queue_bytes()).without_schema();
    match wish {
        Wish::All | Wish::Hasty => request,
        Wish::Matching => request.filter(crate::events::PREDICATE),
        Wish::Sampled => request.sample(7),
        Wish::Rated => request.rate(1_000),
        Wish::Newest => request.policy(Policy::KeepNewest),
    }
}

fn follow(
    socket: &Path,
    wish: Wish,
    ready: &std::sync::Barrier,
    stop: &AtomicBool,
) -> Result<Vec<(&'static str, Counts)>> {
    let client = Client::connect_path(socket)?;
    let mut events = client.subscribe(request(wish))?;
    ready.wait();
    let mut stream = Stream::default();
    while !stop.load(Ordering::Relaxed) {
        if let Some(batch) = events.next_timeout(Duration::from_millis(50))? {
            take(&batch, wish, &mut stream)?;
        }
    }
    events.stop();
    for batch in events.by_ref() {
        take(&batch?, wish, &mut stream)?;
    }
    let stats = events.final_stats().context("there are no final counts")?;
    let counts = counts(stats);
    stream.compare(&counts)?;
    let catalog = events.catalog();
    let name = |tag: u16| {
        let tracepoint = catalog.tracepoint(tag).context("an unknown tag")?;
        let kind = NAMES.iter().find(|name| tracepoint.name == **name);
        kind.copied().context("an unknown tracepoint")
    };
    counts.iter().map(|(tag, counts)| Ok((name(*tag)?, *counts))).collect()
}

fn counts(stats: &SubscriptionStats) -> Vec<(u16, Counts)> {
    let counts = stats.tracepoints.iter().map(|of| {
        let counts = Counts {
            offered: of.offered,
            delivered: of.delivered,
            filtered: of.filtered,
            sampled_out: of.sampled_out,
            lost: of.lost.total(),
        };
        (of.tag, counts)
    });
    counts.collect()
}

fn take(batch: &Batch, wish: Wish, stream: &mut Stream) -> Result<()> {
    stream.gaps(batch.gaps());
    for event in batch.events() {
        let event = event?;
        let (tag, sequence) = (event.tag(), event.sequence());
        let seen = if event.is::<Small<'_>>() {
            let Small { producer, serial, name } = event.get()?;
            Seen { tag, sequence, kind: 0, producer, serial, name, payload: None }
        } else {
            let Message { producer, serial, name, payload } = event.get()?;
            Seen { tag, sequence, kind: 1, producer, serial, name, payload: Some(payload) }
        };
        stream.event(wish, &seen)?;
    }
    Ok(())
}
