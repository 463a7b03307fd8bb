//! Elements of lists whose `Value` is code of the user, which runs while the list is written: whatever that
//! code does, there is a sound event or none, and the thread can fire others.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use tracepoints::{Capture, Event, Lost, Type, Value, capture, tracepoint};

/// Text that is another one each time that one looks.
struct Moody(Cell<usize>, [&'static str; 4]);

impl Moody {
    fn new(moods: [&'static str; 4]) -> Self {
        Moody(Cell::new(0), moods)
    }
}

impl Value for Moody {
    const TYPE: Type = Type::Text;
    type Lowered<'v> = &'v str;
    fn lower(&self) -> &str {
        let at = self.0.get();
        self.0.set(at + 1);
        self.1[at % 4]
    }
}

#[derive(Event)]
#[event(provider = "moody")]
struct Listed<'a> {
    before: u64,
    list: &'a [Moody],
    after: &'a str,
}

/// A capture sees the events of all threads.
static TURN: Mutex<()> = Mutex::new(());

/// Fires an event with such a list, and returns the events that arrived, of which the last must be sound.
fn fire(list: &[Moody]) -> usize {
    let _turn = TURN.lock();
    let mut seen = capture("moody:*");
    tracepoint!(Listed { before: 1, list, after: "after" });
    tracepoint!(moody::sound, number: u32 = 42);
    let events = seen.take();
    assert_eq!(events.last().unwrap().raw().payload.u32(0), 42);
    for event in &events[..events.len() - 1] {
        // All can be read, whatever it is.
        let payload = event.raw().payload;
        let list = payload.list(0, tracepoints::ElementSize::Pointer);
        for at in 0..list.map_or(0, |list| list.len()) {
            let _ = list.unwrap().elements().text(at as u32);
        }
        let _ = payload.text(1);
    }
    events.len() - 1
}

/// What was lost of all tracepoints together.
fn lost(seen: &Capture) -> Lost {
    seen.stats().tracepoints.iter().fold(Lost::default(), |all, counts| all + counts.lost)
}

#[test]
fn elements_that_stay_the_same_arrive() {
    let same = || Moody::new(["the same text"; 4]);
    assert_eq!(fire(&[]), 1);
    assert_eq!(fire(&[same(), same()]), 1);
    let many: Vec<_> = (0..10_000).map(|_| same()).collect();
    assert_eq!(fire(&many), 1);
}

#[test]
fn elements_that_grow_or_shrink_leave_no_damage() {
    let long = "a text that takes more words than the others, and some more of them still";
    for looks in 0..16 {
        let moods = std::array::from_fn(|look| if looks >> look & 1 == 1 { long } else { "" });
        for len in [1, 2, 100, 3_000, 20_000] {
            let list: Vec<_> = (0..len).map(|_| Moody::new(moods)).collect();
            assert!(fire(&list) <= 1);
        }
    }
}

#[test]
fn an_event_whose_elements_do_not_fit_is_counted_as_lost() {
    let _turn = TURN.lock();
    let mut seen = capture("moody:listed");
    let long = "more than was measured, by far";
    tracepoint!(Listed { before: 1, list: &[Moody::new(["", long, long, long])], after: "" });
    assert!(seen.take().is_empty());
    assert_eq!(lost(&seen).total(), 1);
}

/// Panics when it is lowered for the second time or later, so while the record is written.
struct Explosive(Cell<u32>, u32);

impl Value for Explosive {
    const TYPE: Type = Type::UInt32;
    type Lowered<'v> = u32;
    fn lower(&self) -> u32 {
        self.0.set(self.0.get() + 1);
        assert!(self.0.get() < self.1, "told so");
        self.0.get()
    }
}

#[test]
fn a_panic_of_an_element_leaves_the_thread_usable() {
    for len in [1, 100_000] {
        let mut seen = capture("explosive:*");
        let list: Vec<_> = (0..len).map(|_| Explosive(Cell::new(0), 1)).collect();
        let fired = AssertUnwindSafe(|| tracepoint!(explosive::list, list: &[Explosive] = &list));
        assert!(catch_unwind(fired).is_err());
        tracepoint!(explosive::other, number: u8 = 1);
        assert_eq!(seen.take().len(), 1);
    }
}

/// Fires an event itself.
struct Nested;

impl Value for Nested {
    const TYPE: Type = Type::Bool;
    type Lowered<'v> = bool;
    fn lower(&self) -> bool {
        tracepoint!(nested_in_element::inner, number: u8 = 1);
        true
    }
}

#[test]
fn events_that_elements_fire_are_counted() {
    let mut seen = capture("nested_in_element:*");
    tracepoint!(nested_in_element::outer, list: &[Nested] = &[Nested, Nested]);
    let arrived = seen.take().len() as u64;
    assert_eq!(arrived + lost(&seen).total(), 3);
    assert_eq!(lost(&seen).nested, 2);
}
