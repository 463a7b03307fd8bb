//! What events refer to is bounded, and what goes beyond it is counted. Alone in its binary, as the limits
//! are those of the process.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use common::Reader;
use tracepoints::pool::{self, Limits, Wake};
use tracepoints::{Event, Lost, Subscription, tracepoint};

#[derive(Event)]
#[event(provider = "bound")]
struct Fired<'a> {
    data: &'a Arc<[u8]>,
}

/// Fires an event within the probe that calls it.
struct Fire(Arc<[u8]>);

static WOKEN: AtomicU64 = AtomicU64::new(0);

impl Wake for Fire {
    fn wake(&self) {
        WOKEN.fetch_add(1, Ordering::Relaxed);
        tracepoint!(Fired { data: &self.0 });
    }
}

const BOUND: usize = 1 << 20;

#[test]
fn events_refer_to_no_more_than_the_bound() {
    let limits = Limits { pool_bytes: 1 << 20, thread_bytes: 1 << 20, ..Limits::default() };
    pool::set_limits(Limits { referenced_bytes: BOUND, ..limits }).unwrap();
    assert_eq!((pool::stats().referenced_bytes, pool::stats().used_referenced_bytes), (BOUND, 0));
    let mut subscription = Subscription::builder().pattern("bound:fired").start().unwrap();
    let mut reader = Reader::default();
    let data: Arc<[u8]> = vec![7; 10_000].into();
    let fits = BOUND / data.len();
    for round in 1..=10u64 {
        for _ in 0..200 {
            tracepoint!(Fired { data: &data });
        }
        assert_eq!(Arc::strong_count(&data), 1 + fits);
        assert_eq!(pool::stats().used_referenced_bytes, fits * data.len());
        let mut count = 0;
        reader.drain(&mut subscription, |event| {
            count += 1;
            assert!(event.payload.data(0).unwrap() == &data[..]);
        });
        assert_eq!(count, fits, "the oldest are kept");
        assert_eq!(reader.losses(), Lost { ring_full: round * (200 - fits as u64), ..Lost::default() });
        assert_eq!((Arc::strong_count(&data), pool::stats().used_referenced_bytes), (1, 0));
    }
    let before = reader.losses();

    // One that can never fit.
    let larger: Arc<[u8]> = vec![7; BOUND + 1].into();
    tracepoint!(Fired { data: &larger });
    reader.drain(&mut subscription, |_| unreachable!());
    let before = Lost { too_large: 1, ..before };
    assert_eq!(reader.losses(), before);

    // No room in the ring for the record itself.
    let copied: Arc<[u8]> = vec![7; 1_000].into();
    for _ in 0..2_000 {
        tracepoint!(Fired { data: &copied });
    }
    for _ in 0..100 {
        tracepoint!(Fired { data: &data });
    }
    assert!(Arc::strong_count(&data) < 100, "the ring is full");
    reader.drain(&mut subscription, |_| ());
    assert_eq!((Arc::strong_count(&data), pool::stats().used_referenced_bytes), (1, 0));
    assert!(reader.losses().ring_full > before.ring_full + 1_000);
    let before = reader.losses();

    // The drain is woken when half of it is used, in a probe: what is fired there is let go of at once.
    let nested: Arc<[u8]> = vec![7; 10_000].into();
    pool::set_waker(Some(Arc::new(Fire(nested.clone()))));
    for _ in 0..fits {
        tracepoint!(Fired { data: &data });
    }
    assert_eq!(WOKEN.load(Ordering::Relaxed), 1);
    pool::set_waker(None);
    assert_eq!(Arc::strong_count(&nested), 1);
    assert_eq!(Arc::strong_count(&data), 1 + fits);
    reader.drain(&mut subscription, |_| ());
    assert_eq!(reader.losses(), Lost { nested: 1, ..before });
    reader.finish(subscription, |_| ());
    assert_eq!((Arc::strong_count(&data), pool::stats().used_referenced_bytes), (1, 0));
}
