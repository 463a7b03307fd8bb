//! The memory of a thread comes back when the thread is gone and drained. All chunks in use are looked at,
//! so the test is alone in its binary.

use std::sync::mpsc;

use tracepoints::{Event, capture, drain, pool, tracepoint};

#[derive(Event)]
#[event(provider = "chunks")]
struct Fired<'a> {
    data: &'a [u8],
}

const CHUNK: usize = 64 << 10;

#[test]
fn chunks_go_back_to_the_pool_when_they_are_drained_and_all_of_them_when_the_thread_is_gone() {
    let mut seen = capture("chunks:fired");
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let (done, is_done) = mpsc::channel();
    let firing = std::thread::spawn(move || {
        let data = vec![1; 1_000];
        for () in may_go_on {
            (0..1_000).for_each(|_| tracepoint!(Fired { data: &data }));
            done.send(()).unwrap();
        }
    });
    for _ in 0..5 {
        go_on.send(()).unwrap();
        is_done.recv().unwrap();
        assert!(pool::stats().used_bytes > 1_000_000, "a million bytes were fired");
        assert_eq!(seen.take().len(), 1_000);
        let stats = pool::stats();
        assert!((CHUNK..8 * CHUNK).contains(&stats.used_bytes), "a thread keeps few: {stats:?}");
        assert_eq!(stats.rings, 1);
    }
    // Its last events are still in its ring.
    go_on.send(()).unwrap();
    is_done.recv().unwrap();
    drop(go_on);
    firing.join().unwrap();
    assert_eq!(pool::stats().rings, 0);
    assert!(pool::stats().used_bytes > 1_000_000);
    assert_eq!(seen.take().len(), 1_000);
    assert_eq!(pool::stats().used_bytes, 0);

    // A large event, and no drain before the end.
    let large = vec![1; 10 * CHUNK];
    std::thread::spawn(move || tracepoint!(Fired { data: &large })).join().unwrap();
    drain::pass();
    assert_eq!(pool::stats().used_bytes, 0);
}
