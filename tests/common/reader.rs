//! A subscriber that proves what the stream promises.

use std::collections::{BTreeMap, HashMap};

use tracepoints::wire::{Frames, RawEvent};
use tracepoints::{Batch, Lost, Subscription, ThreadInfo, drain};

/// Reads batches in order. Sequence numbers may jump only at the start of a batch, and only by what the
/// batch says was lost.
#[derive(Debug, Default)]
pub struct Reader {
    /// The sequence number that the next event has if nothing is lost.
    pub next_sequence: u64,
    /// By tag.
    pub delivered: BTreeMap<u16, u64>,
    /// By tag, as the gaps said.
    pub lost: BTreeMap<u16, Lost>,
    /// All threads that were introduced.
    pub threads: HashMap<u32, ThreadInfo>,
}

impl Reader {
    /// Checks a batch, and hands on its events.
    #[track_caller]
    pub fn read(&mut self, batch: &Batch, mut each: impl FnMut(RawEvent<'_>)) {
        for gap in &batch.gaps {
            assert!(gap.lost.total() > 0, "a gap in which nothing was lost");
            self.next_sequence += gap.lost.total();
            *self.lost.entry(gap.tag).or_default() += gap.lost;
        }
        for thread in &batch.threads {
            assert!(self.threads.insert(thread.id, thread.clone()).is_none(), "introduced twice: {thread:?}");
        }
        let mut count = 0;
        for event in Frames::new(&batch.events) {
            let event = event.expect("a whole message");
            assert_eq!(event.sequence, self.next_sequence, "event {count} of a batch with {:?}", batch.gaps);
            assert!(self.threads.contains_key(&event.thread), "thread {} was not introduced", event.thread);
            self.next_sequence += 1;
            *self.delivered.entry(event.tag).or_default() += 1;
            count += 1;
            each(event);
        }
        assert_eq!(batch.count, count);
    }

    /// Takes all that waits.
    #[track_caller]
    pub fn read_waiting(&mut self, subscription: &mut Subscription, mut each: impl FnMut(RawEvent<'_>)) {
        while let Some(batch) = subscription.next_batch() {
            self.read(&batch, &mut each);
            subscription.recycle(batch);
        }
    }

    /// Drains until nothing is left of what was fired before the call.
    #[track_caller]
    pub fn drain(&mut self, subscription: &mut Subscription, mut each: impl FnMut(RawEvent<'_>)) {
        drain::pass();
        self.read_waiting(subscription, &mut each);
        // The last batch is sealed when no other waits.
        drain::pass();
        self.read_waiting(subscription, each);
    }

    pub fn events(&self) -> u64 {
        self.delivered.values().sum()
    }

    pub fn losses(&self) -> Lost {
        self.lost.values().fold(Lost::default(), |sum, lost| sum + *lost)
    }

    /// Ends a subscription, reads what is left, and compares the counts of the stream with the reader's
    /// own, for each tracepoint.
    #[track_caller]
    pub fn finish(&mut self, mut subscription: Subscription, each: impl FnMut(RawEvent<'_>)) {
        let stats = subscription.close();
        self.read_waiting(&mut subscription, each);
        let mut offered = 0;
        for tracepoint in &stats.tracepoints {
            let delivered = self.delivered.get(&tracepoint.tag).copied().unwrap_or_default();
            let lost = self.lost.get(&tracepoint.tag).copied().unwrap_or_default();
            assert_eq!(tracepoint.delivered, delivered, "delivered, {:?}", tracepoint.tracepoint);
            assert_eq!(tracepoint.lost, lost, "lost, {:?}", tracepoint.tracepoint);
            assert_eq!(
                tracepoint.offered,
                delivered + lost.total() + tracepoint.filtered + tracepoint.sampled_out,
                "offered, {:?}",
                tracepoint.tracepoint
            );
            offered += tracepoint.offered;
        }
        assert_eq!(self.next_sequence, offered, "the sequence numbers count what was offered");
    }
}

/// The text field behind pointer 0 of events that have one, in order; for short streams.
pub fn follow(subscription: &mut Subscription) -> Vec<String> {
    let mut texts = Vec::new();
    Reader::default()
        .drain(subscription, |event| texts.push(event.payload.text(0).expect("text").to_owned()));
    texts
}
