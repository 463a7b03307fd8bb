//! From a session into a sink.

use std::ops::ControlFlow;

use tracepoint_ipc::Batch;

use super::Session;
use crate::exit::Failure;
use crate::output::sink::Sink;

impl Session {
    /// Hands a batch to `sink`, but no more than `left` events. Breaks when none is left.
    pub fn pour(
        &mut self,
        batch: &Batch,
        sink: &mut dyn Sink,
        left: &mut Option<u64>,
    ) -> Result<ControlFlow<()>, Failure> {
        let catalog = batch.catalog();
        for gap in batch.gaps() {
            let name = catalog.tracepoint(gap.tag).map_or("?", |tracepoint| tracepoint.full_name());
            sink.gap(gap, name)?;
        }
        for event in batch.events() {
            let event = event?;
            sink.event(event, self.threads.get(&event.thread()))?;
            self.ledger.receive(event.tag(), event.raw().bytes().len(), catalog);
            if let Some(left) = left {
                *left -= 1;
                if *left == 0 {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
