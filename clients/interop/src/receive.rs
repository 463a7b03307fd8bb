//! The client in Rust, with which the others are compared.

use std::collections::HashMap;

use anyhow::Context;
use tracepoints::ipc::{Request, ThreadInfo, blocking::Client};

use crate::checksum::Checksum;

/// Holds all events, if need be.
const QUEUE: usize = 1 << 30;

/// Receives so many events, and prints what they were.
pub fn run(target: &str, count: u64) -> anyhow::Result<()> {
    let client = Client::connect(target)?;
    let request = Request::new().pattern("interop:*").queue_bytes(QUEUE);
    let mut stream = client.subscribe(request)?;
    let mut threads: HashMap<u32, ThreadInfo> = HashMap::new();
    let mut checksum = Checksum::default();
    let mut received = 0;
    while received < count {
        let batch = stream.next().context("the stream has ended")??;
        threads.extend(batch.threads().iter().map(|thread| (thread.id, thread.clone())));
        let left = usize::try_from(count - received)?;
        for event in batch.events().take(left) {
            let event = event?;
            checksum.add(event, threads.get(&event.thread()))?;
            received += 1;
        }
    }
    let (_, stats) = stream.close()?;
    println!("{received} events, {} lost, checksum {:08x}", stats.lost().total(), checksum.finish());
    Ok(())
}
