//! What a subscription wants changes hands against a probe in flight.

use loom::sync::Arc;
use loom::thread;

use crate::filter::{Choice, Look, Program, Seen, Selector};
use crate::gate::{Gate, Generation, Stamp};
use crate::loss::Losses;

const SLOT: usize = 0;

/// An event with one number.
struct Number(u64);

impl Look for Number {
    fn look(&self, _: &[u8]) -> Seen<'_> {
        Seen::UInt(self.0)
    }
}

/// What a tracepoint has, and one selector that all its subscriptions use, one after the other.
struct Site {
    generation: Generation,
    gate: Gate,
    losses: Losses,
    selector: &'static Selector,
}

impl Site {
    fn new() -> Arc<Self> {
        let selector = &*Box::leak(Box::new(Selector::new()));
        let (generation, gate, losses) = (Generation::new(), Gate::closed(), Losses::new());
        Arc::new(Site { generation, gate, losses, selector })
    }

    /// Subscribes as `SubscriptionBuilder::start` does. None: all events.
    fn subscribe(&self, wish: Option<(Option<&Program>, u32)>) -> Stamp {
        let owner = self.generation.next();
        self.losses.adopt(SLOT, owner);
        if let Some((program, every)) = wish {
            self.selector.set(owner, program, every, 0);
        }
        self.losses.set_selector(SLOT, wish.map(|_| self.selector));
        self.gate.open(SLOT, owner, wish.is_some());
        owner
    }

    /// Fires an event, up to what the owner of the slot wants. None if there is none.
    fn fire(&self, number: u64) -> Option<(Stamp, Choice)> {
        let look = self.gate.look();
        let stamp = look.stamp();
        (look.slots() & 1 << SLOT != 0).then(|| {
            let selector = self.losses.selector(SLOT);
            let choice = selector.map_or(Choice::Wanted, |selector| selector.choose(&Number(number), stamp));
            (stamp, choice)
        })
    }
}

/// All orders would take far longer than those of the other models; with three interruptions, nearly all that
/// there is to find is found.
fn bounded(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

#[test]
fn an_event_is_judged_by_the_program_of_its_owner() {
    for number in [1, 2] {
        bounded(move || {
            let site = Site::new();
            let [first, second] = [1, 2].map(Program::is);
            site.subscribe(Some((Some(&first), 0)));
            let firing = {
                let site = site.clone();
                thread::spawn(move || site.fire(number))
            };
            site.gate.close(SLOT);
            let owner = site.subscribe(Some((Some(&second), 0)));
            if let Some((stamp, choice)) = firing.join().unwrap() {
                let wanted = if number == 2 { Choice::Wanted } else { Choice::Filtered };
                assert!(!stamp.belongs_to(owner) || choice == wanted, "{choice:?} by another program");
            }
        });
    }
}

#[test]
fn who_wants_all_events_inherits_no_program() {
    bounded(|| {
        let site = Site::new();
        site.subscribe(Some((Some(&Program::is(1)), 0)));
        let firing = {
            let site = site.clone();
            thread::spawn(move || site.fire(2))
        };
        site.gate.close(SLOT);
        let owner = site.subscribe(None);
        if let Some((stamp, choice)) = firing.join().unwrap() {
            assert!(!stamp.belongs_to(owner) || choice == Choice::Wanted);
        }
    });
}

#[test]
fn events_of_an_earlier_owner_are_not_sampled() {
    bounded(|| {
        let site = Site::new();
        site.subscribe(Some((None, 2)));
        let firing = {
            let site = site.clone();
            thread::spawn(move || site.fire(1))
        };
        site.gate.close(SLOT);
        let owner = site.subscribe(Some((None, 2)));
        let choice = site.fire(1).expect("the gate is open").1;
        match firing.join().unwrap().filter(|(stamp, _)| stamp.belongs_to(owner)) {
            None => assert_eq!(choice, Choice::Wanted, "the first of two"),
            Some((_, other)) => assert_ne!(choice, other, "one of two"),
        }
    });
}
