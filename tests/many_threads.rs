//! Hundreds of threads fire at once. Their memory is looked at, so the test is alone in its binary.

mod common;

use std::collections::HashMap;
use std::sync::Mutex;

use common::Reader;
use tracepoints::{Event, Subscription, current_thread, pool, tracepoint};

const THREADS: u64 = 256;
const EVENTS: u64 = 400;

#[derive(Event)]
#[event(provider = "threads")]
struct Fired<'a> {
    thread: u64,
    number: u64,
    text: &'a str,
}

/// What a thread knows of itself.
struct Known {
    name: String,
    os_id: u64,
}

fn os_id() -> u64 {
    #[cfg(target_os = "linux")]
    // SAFETY: cannot fail.
    return u64::try_from(unsafe { libc::gettid() }).expect("positive");
    #[cfg(not(target_os = "linux"))]
    return 0;
}

#[test]
fn all_events_of_many_threads_arrive_in_each_threads_order_and_their_memory_comes_back() {
    let mut subscription =
        Subscription::builder().pattern("threads:*").queue_bytes(256 << 20).start().unwrap();
    let known = Mutex::new(HashMap::new());
    assert_eq!(current_thread(), None, "this thread fires nothing");
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for thread in 0..THREADS {
            let known = &known;
            // Some without a name, some with one that systems shorten.
            let builder = match thread % 3 {
                0 => std::thread::Builder::new(),
                1 => std::thread::Builder::new().name(format!("worker-{thread}")),
                _ => std::thread::Builder::new().name(format!("a worker with a long name, number {thread}")),
            };
            let fire = move || {
                for number in 0..EVENTS {
                    let text = &"0123456789012345678901234567890123456789"[..number as usize % 40];
                    tracepoint!(Fired { thread, number, text });
                }
                let name = std::thread::current().name().unwrap_or_default().to_owned();
                let id = current_thread().expect("it fired");
                known.lock().unwrap().insert(id, (thread, Known { name, os_id: os_id() }));
            };
            threads.push(builder.spawn_scoped(scope, fire).unwrap());
        }
        // The scope alone would not wait for their locals to be destroyed.
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    let known = known.into_inner().unwrap();
    assert_eq!(known.len() as u64, THREADS, "ids are not used twice");

    let mut reader = Reader::default();
    let mut next = HashMap::new();
    let mut times: HashMap<u32, u64> = HashMap::new();
    reader.drain(&mut subscription, |event| {
        let (thread, _) = known[&event.thread];
        assert_eq!(event.payload.u64(0), thread);
        let number: &mut u64 = next.entry(thread).or_default();
        assert_eq!(event.payload.u64(1), *number, "out of order in thread {thread}");
        assert_eq!(event.payload.text(0).unwrap().len() as u64, *number % 40);
        *number += 1;
        let last = times.entry(event.thread).or_default();
        assert!(event.time >= *last, "time goes back in thread {thread}");
        *last = event.time;
    });
    assert_eq!(reader.losses().total(), 0);
    assert_eq!(next.len() as u64, THREADS);
    assert!(next.values().all(|number| *number == EVENTS));

    assert_eq!(reader.threads.len() as u64, THREADS);
    for (id, (_, thread)) in &known {
        let introduced = &reader.threads[id];
        assert_eq!((&introduced.name, introduced.id), (&thread.name, *id));
        if cfg!(target_os = "linux") {
            assert_eq!(introduced.os_id, thread.os_id);
        }
    }

    let stats = pool::stats();
    assert_eq!((stats.rings, stats.used_bytes), (0, 0), "all threads are gone, and drained");
    reader.finish(subscription, |_| unreachable!());
}
