//! A forked child leaves what its parent's events refer to alone. Alone in its binary, as it counts drops.
#![cfg(unix)]

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use common::{Watchdog, fork};
use tracepoints::{capture, drain, pool, tracepoint};

static DROPS: AtomicUsize = AtomicUsize::new(0);

struct Owner(Vec<u8>);

impl AsRef<[u8]> for Owner {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        DROPS.fetch_add(1, Ordering::Relaxed);
    }
}

fn fire(count: usize) {
    for _ in 0..count {
        let data = Bytes::from_owner(Owner(vec![7; 10_000]));
        tracepoint!(forked::references, data: Bytes = data);
    }
}

#[test]
fn parent_and_child_each_drop_their_own() {
    let _watchdog = Watchdog::over("a child of a process with references");
    let mut seen = capture("forked:references");
    fire(10);
    let child = || {
        assert_eq!(pool::stats().used_referenced_bytes, 0);
        drain::pass();
        let mut own = capture("forked:references");
        fire(5);
        assert_eq!(own.take().len(), 5);
        drop(own);
        assert_eq!(DROPS.load(Ordering::Relaxed), 5, "the parent's are not the child's to drop");
        assert_eq!(pool::stats().used_referenced_bytes, 0);
    };
    fork(child, || fire(1));
    assert_eq!(DROPS.load(Ordering::Relaxed), 0);
    let events = seen.take();
    assert_eq!(events.len(), 11);
    assert!(events.iter().all(|event| event.raw().payload.data(0).unwrap() == [7; 10_000]));
    assert_eq!(DROPS.load(Ordering::Relaxed), 11);
}
