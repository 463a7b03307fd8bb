//! Subscriptions within the process that come and go, each of which must add up.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tracepoints::wire::Frames;
use tracepoints::{Batch, Policy, Subscription};

use crate::events::{NAMES, PREDICATE};
use crate::stream::{Counts, Seen, Stream, Wish};

/// Visits again and again until it is told to stop. Returns how often.
///
/// # Errors
/// A visit did not add up.
pub fn run(stop: &AtomicBool) -> Result<u64> {
    let mut visits = 0;
    while !stop.load(Ordering::Relaxed) {
        let wish = Wish::ALL[visits as usize % Wish::ALL.len()];
        visit(wish, visits % 3 != 0).with_context(|| format!("visit {visits}, which wants {wish:?}"))?;
        visits += 1;
    }
    Ok(visits)
}

fn visit(wish: Wish, reads: bool) -> Result<()> {
    let builder = Subscription::builder().pattern("soak:*").queue_bytes(wish.queue_bytes() / 8);
    let builder = match wish {
        Wish::All | Wish::Hasty => builder,
        Wish::Matching => builder.filter(PREDICATE),
        Wish::Sampled => builder.sample(7),
        Wish::Rated => builder.rate(1_000),
        Wish::Newest => builder.policy(Policy::KeepNewest),
    };
    let mut subscription = builder.start()?;
    let kinds: HashMap<_, _> = subscription
        .tracepoints()
        .iter()
        .filter_map(|tracepoint| {
            let kind = NAMES.iter().position(|name| tracepoint.descriptor().name == *name)?;
            Some((tracepoint.index()? + 1, kind))
        })
        .collect();
    let mut stream = Stream::default();
    for _ in 0..5 {
        // What is between two looks; the exporter drives the drain.
        std::thread::sleep(Duration::from_millis(10));
        while let Some(batch) = reads.then(|| subscription.next_batch()).flatten() {
            take(&batch, wish, &kinds, &mut stream)?;
            subscription.recycle(batch);
        }
    }
    let stats = subscription.close();
    while let Some(batch) = subscription.next_batch() {
        take(&batch, wish, &kinds, &mut stream)?;
    }
    let counts: Vec<_> = stats
        .tracepoints
        .iter()
        .map(|of| {
            let counts = Counts {
                offered: of.offered,
                delivered: of.delivered,
                filtered: of.filtered,
                sampled_out: of.sampled_out,
                lost: of.lost.total(),
            };
            (of.tag, counts)
        })
        .collect();
    stream.compare(&counts)
}

fn take(batch: &Batch, wish: Wish, kinds: &HashMap<u16, usize>, stream: &mut Stream) -> Result<()> {
    stream.gaps(&batch.gaps);
    for event in Frames::new(&batch.events) {
        let event = event?;
        let kind = *kinds.get(&event.tag).context("an unknown tag")?;
        let fields = event.payload;
        let payload = if kind == 1 { Some(fields.data(1)?) } else { None };
        let seen = Seen {
            tag: event.tag,
            sequence: event.sequence,
            kind,
            producer: fields.u32(0),
            serial: fields.u64(1),
            name: fields.text(0)?,
            payload,
        };
        stream.event(wish, &seen)?;
    }
    Ok(())
}
