//! A block that is connected fires thousands of events at once, some of them large. With default settings, a client
//! that keeps up gets all of them, and one that does not is told exactly what it did not get.

mod common;

use std::time::Duration;

use common::{Sockets, alone, connect, wait_until};
use tracepoint_core::{Event, Lost, tracepoint};
use tracepoint_ipc::blocking::EventStream;
use tracepoint_ipc::{Batch, Request, SubscriptionStats};

#[derive(Event)]
#[event(provider = "chain", crate = tracepoint_core)]
struct Spent<'a> {
    block: u64,
    number: u64,
    script: &'a [u8],
}

const EVENTS: u64 = 20_000;

/// Bytes of the largest of them.
const LARGEST: usize = 4 << 20;

fn size(number: u64) -> usize {
    match number {
        10_000 => LARGEST,
        number if number % 1_000 == 7 => 100_000,
        _ => 25,
    }
}

/// Fires the events of a block, as fast as that goes.
fn connect_block(block: u64) {
    let script = vec![block as u8; LARGEST];
    for number in 0..EVENTS {
        tracepoint!(Spent { block, number, script: &script[..size(number)] });
    }
}

/// What came, checked event by event.
#[derive(Default)]
struct Account {
    next: u64,
    delivered: u64,
    lost: Lost,
    last: Option<(u64, u64)>,
}

impl Account {
    fn take(&mut self, batch: &Batch) {
        for gap in batch.gaps() {
            self.next += gap.lost.total();
            self.lost += gap.lost;
        }
        for event in batch.events() {
            let event = event.unwrap();
            assert_eq!(event.sequence(), self.next, "a gap that nobody told of");
            self.next += 1;
            self.delivered += 1;
            let spent = event.get::<Spent<'_>>().unwrap();
            assert_eq!(spent.script.len(), size(spent.number), "never cut");
            assert!(spent.script.iter().all(|byte| *byte == spent.block as u8));
            let place = Some((spent.block, spent.number));
            assert!(self.last < place, "{place:?} after {:?}", self.last);
            self.last = place;
        }
    }

    /// Reads until it knows what became of so many events.
    fn read(&mut self, stream: &mut EventStream, events: u64) {
        wait_until("all are delivered, or counted", || {
            if let Some(batch) = stream.next_timeout(Duration::from_millis(10)).unwrap() {
                self.take(&batch);
            }
            self.next >= events
        });
    }
}

fn offered(stats: &SubscriptionStats) -> u64 {
    stats.tracepoints.iter().map(|counts| counts.offered).sum()
}

#[test]
fn a_client_that_keeps_up_gets_every_block_whole() {
    let _alone = alone();
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let mut stream = connect(&exporter).subscribe(Request::new().pattern("chain:*")).unwrap();
    let mut account = Account::default();
    for block in 0..5 {
        connect_block(block);
        account.read(&mut stream, (block + 1) * EVENTS);
    }
    let (_, stats) = stream.close().unwrap();
    assert_eq!((account.delivered, account.lost), (5 * EVENTS, Lost::default()));
    assert_eq!((offered(&stats), stats.lost()), (5 * EVENTS, Lost::default()));
}

#[test]
fn a_client_that_does_not_keep_up_is_told_exactly_what_it_lost() {
    let _alone = alone();
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let mut stream = connect(&exporter).subscribe(Request::new().pattern("chain:*")).unwrap();
    let mut blocks = 0;
    wait_until("there is no room for more", || {
        connect_block(blocks);
        blocks += 1;
        stream.stats().unwrap().lost().total() > 0
    });
    let mut account = Account::default();
    account.read(&mut stream, blocks * EVENTS);
    // From here on, it keeps up again.
    let lost = account.lost;
    connect_block(blocks);
    account.read(&mut stream, (blocks + 1) * EVENTS);
    let (_, stats) = stream.close().unwrap();
    assert_eq!(account.lost, lost);
    assert_eq!((stats.delivered(), stats.lost()), (account.delivered, account.lost));
    assert_eq!(offered(&stats), (blocks + 1) * EVENTS);
}
