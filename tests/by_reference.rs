//! Bytes that travel by reference arrive as copied ones do, and are let go of whatever becomes of the event.

mod common;

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use common::Reader;
use tracepoints::{Capture, Event, Lost, Subscription, Type, Value, capture, drain, tracepoint};

/// Whoever drains drops the references: the tests look at theirs one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pattern(len: usize) -> Vec<u8> {
    (0u32..).flat_map(|at| at.wrapping_mul(0x9e37_79b1).to_le_bytes()).take(len).collect()
}

fn shared(len: usize) -> Arc<[u8]> {
    pattern(len).into()
}

/// Around where bytes are referred to instead of copied, and up to many chunks of a ring.
fn lengths() -> impl Iterator<Item = usize> {
    (0..20).chain((500..=8200).step_by(77)).chain(2040..2060).chain([65_000, 65_536, 100_000, 4_000_000])
}

#[derive(Event)]
#[event(provider = "byref")]
struct Copied<'a> {
    number: u64,
    text: &'a str,
    first: &'a [u8],
    middle: &'a [u8],
    second: &'a str,
    third: &'a [u8],
    last: &'a [u8],
}

#[derive(Event)]
#[event(provider = "byref")]
struct Referred<'a> {
    number: u64,
    text: &'a str,
    first: Arc<[u8]>,
    middle: &'a [u8],
    second: Arc<str>,
    third: Bytes,
    last: &'a Arc<Vec<u8>>,
}

#[test]
fn the_same_bytes_arrive_as_by_copy() {
    let _alone = alone();
    assert_eq!(Referred::DESCRIPTOR.fields[2].ty, Type::Data);
    assert_eq!(Referred::DESCRIPTOR.fields[4].ty, Type::Text);
    let mut seen = capture("byref:{copied,referred}");
    for (number, len) in (0..).zip(lengths()) {
        let (first, last) = (shared(len), Arc::new(pattern(len / 3)));
        let third = Bytes::from(pattern(2 * len)).slice(len / 2..len);
        let second: Arc<str> = "t".repeat(len / 2 + 1000).into();
        for middle in [&[][..], b"between", &first] {
            tracepoint!(Copied {
                number,
                text: "before",
                first: &first,
                middle,
                second: &second,
                third: &third,
                last: &last
            });
            tracepoint!(Referred {
                number,
                text: "before",
                first: first.clone(),
                middle,
                second: second.clone(),
                third: third.clone(),
                last: &last
            });
            let events = seen.take();
            assert_eq!(events.len(), 2);
            let [copied, referred] = [0, 1].map(|event: usize| events[event].raw().bytes());
            assert_eq!(copied.len(), referred.len());
            // All but the envelope, which has the time and the tag.
            assert!(copied[48..] == referred[48..], "{len} bytes");
        }
        assert_eq!(
            (Arc::strong_count(&first), Arc::strong_count(&second), Arc::strong_count(&last)),
            (1, 1, 1)
        );
    }
}

#[derive(Event, Debug, PartialEq)]
#[event(provider = "byref")]
struct Owned {
    data: Arc<[u8]>,
    text: Arc<str>,
    bytes: Bytes,
}

#[derive(Value, Clone)]
struct Raw(Bytes);

#[test]
fn events_with_references_are_read_back_inline_and_as_newtypes() {
    let _alone = alone();
    let mut seen = capture("byref:{owned,inline}");
    for len in [0, 10, 10_000] {
        let event = Owned { data: shared(len), text: "x".repeat(len).into(), bytes: pattern(len).into() };
        tracepoint!(event);
        tracepoint!(byref::inline, data: &Arc<[u8]> = &event.data, raw: Raw = Raw(event.bytes.clone()));
        let events = seen.take();
        assert_eq!(events[0].get::<Owned>().unwrap(), event);
        let payload = events[1].raw().payload;
        assert!(payload.data(0).unwrap() == &event.data[..] && payload.data(1).unwrap() == &event.bytes[..]);
    }
}

#[test]
fn all_who_listen_get_the_bytes_and_the_rings_let_go_of_them() {
    let _alone = alone();
    let mut seen: Vec<_> = (0..3).map(|_| capture("byref:many")).collect();
    let data = shared(100_000);
    for number in 0..100u64 {
        tracepoint!(byref::many, number: u64 = number, data: &Arc<[u8]> = &data);
    }
    assert_eq!(Arc::strong_count(&data), 101, "no copies were made");
    for seen in &mut seen {
        let events = seen.take();
        assert_eq!(events.len(), 100);
        assert!(events.iter().all(|event| event.raw().payload.data(0).unwrap() == &data[..]));
    }
    assert_eq!(Arc::strong_count(&data), 1);
}

#[test]
fn a_subscription_that_ends_lets_go_of_what_it_did_not_read() {
    let _alone = alone();
    let data = shared(10_000);
    let fire = || tracepoint!(byref::unread, data: &Arc<[u8]> = &data);
    for close in [false, true] {
        let mut subscription = Subscription::builder().pattern("byref:unread").start().unwrap();
        fire();
        fire();
        assert!(Arc::strong_count(&data) > 1);
        if close {
            subscription.close();
        }
        drop(subscription);
        assert_eq!(Arc::strong_count(&data), 1);
    }
}

#[test]
fn what_a_thread_fired_is_let_go_of_after_it_ended() {
    let _alone = alone();
    let mut seen = capture("byref:ended");
    let data = shared(10_000);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| tracepoint!(byref::ended, data: &Arc<[u8]> = &data));
        }
    });
    assert_eq!(seen.take().len(), 4);
    assert_eq!(Arc::strong_count(&data), 1);
}

#[test]
fn a_full_queue_lets_go_of_what_it_does_not_take() {
    let _alone = alone();
    let subscription = Subscription::builder().pattern("byref:queue").queue_bytes(50_000).start().unwrap();
    let data = shared(20_000);
    for _ in 0..10 {
        tracepoint!(byref::queue, data: &Arc<[u8]> = &data);
    }
    drain::pass();
    assert_eq!(Arc::strong_count(&data), 1);
    let mut reader = Reader::default();
    reader.finish(subscription, |event| assert!(event.payload.data(0).unwrap() == &data[..]));
    assert_eq!((reader.events(), reader.losses()), (2, Lost { queue_full: 8, ..Lost::default() }));
}

#[test]
fn an_event_over_the_limit_is_lost_whole_however_its_bytes_travel() {
    let _alone = alone();
    let limit = tracepoints::pool::Limits::default().event_bytes;
    let mut seen = Capture::new(&["byref:limited"]).unwrap();
    let (half, rest) = (shared(limit / 2), shared(limit / 2 - 64));
    let fire = |first: &Arc<[u8]>, second: &Arc<[u8]>| {
        tracepoint!(byref::limited, first: &Arc<[u8]> = first, second: &Arc<[u8]> = second);
    };
    fire(&half, &half);
    assert_eq!(Arc::strong_count(&half), 1);
    fire(&half, &rest);
    let events = seen.take();
    assert_eq!(events.len(), 1);
    assert!(events[0].raw().payload.data(1).unwrap() == &rest[..]);
    assert_eq!(seen.stats().lost(), Lost { too_large: 1, ..Lost::default() });
    assert_eq!((Arc::strong_count(&half), Arc::strong_count(&rest)), (1, 1));
}

/// Ends a subscription in the middle of an event.
struct Ends(RefCell<Option<Subscription>>);

impl Value for Ends {
    const TYPE: Type = Type::Bool;
    type Lowered<'v> = bool;
    fn lower(&self) -> bool {
        self.0.take().is_some()
    }
}

#[test]
fn what_is_fired_while_its_only_subscription_ends_is_let_go_of_by_the_next_pass() {
    let _alone = alone();
    let data = shared(10_000);
    let subscription = Subscription::builder().pattern("byref:closing").start().unwrap();
    let ends = Ends(RefCell::new(Some(subscription)));
    tracepoint!(byref::closing, data: &Arc<[u8]> = &data, ends: &Ends = &ends);
    let mut seen = capture("byref:closing");
    assert!(seen.take().is_empty(), "it was fired for another subscription");
    assert_eq!(Arc::strong_count(&data), 1);
    assert_eq!(seen.stats().lost().total(), 0);
}

#[test]
fn a_poll_takes_as_many_as_it_would_take_of_copies() {
    let _alone = alone();
    let data = shared(10_000);
    let mut subscription = Subscription::builder().pattern("byref:{polled,copied_too}").start().unwrap();
    let mut reader = Reader::default();
    let mut polls = |fire: &dyn Fn()| {
        (0..100).for_each(|_| fire());
        let first = drain::poll();
        reader.drain(&mut subscription, |_| ());
        first
    };
    let copied = polls(&|| tracepoint!(byref::copied_too, data: &[u8] = &data));
    let referred = polls(&|| tracepoint!(byref::polled, data: &Arc<[u8]> = &data));
    assert_eq!(referred, copied);
    reader.finish(subscription, |_| ());
    assert_eq!((reader.events(), reader.losses().total()), (200, 0));
}
