//! What happens in one case.

use proptest::prelude::*;
use tracepoints::{Policy, Subscription, SubscriptionBuilder};

use crate::events::Shot;
use crate::log::Kind;
use crate::predicate::{Predicate, WORDS, predicate};

/// Phases, one after the other. Between them nobody fires.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Subscriptions that others hold meanwhile: the fewer slots are left, the sooner they are used again.
    pub held: usize,
    pub phases: Vec<Phase>,
}

#[derive(Debug, Clone)]
pub struct Phase {
    /// Done before the threads of the phase start.
    pub before: Vec<Act>,
    pub threads: Vec<Thread>,
    /// Done while they fire.
    pub meanwhile: Vec<Act>,
}

#[derive(Debug, Clone)]
pub struct Thread {
    pub volleys: Vec<Volley>,
    pub last_words: bool,
}

/// The same event, a number of times, with all numbers and words.
#[derive(Debug, Clone)]
pub struct Volley {
    pub shot: Shot,
    pub count: u64,
}

/// What the thread does that looks after the subscriptions. A subscription is meant by any number.
#[derive(Debug, Clone)]
pub enum Act {
    Subscribe(Wish),
    Close(usize),
    Drop(usize),
    Update(usize, Patterns),
    /// Takes so many batches.
    Read(usize, usize),
    Stats(usize),
    Pass,
    /// So many times.
    Poll(usize),
    Fire(Volley),
}

/// Patterns, of which some mean the same tracepoints.
#[derive(Debug, Clone, Copy)]
pub struct Patterns(&'static str, &'static [Kind]);

const PATTERNS: [Patterns; 7] = [
    Patterns("loss:*", &Kind::ALL),
    Patterns("loss:small", &[Kind::Small]),
    Patterns("loss:{blob,outer}", &[Kind::Blob, Kind::Outer]),
    Patterns("*:inner", &[Kind::Inner]),
    Patterns("loss:{small,inner}", &[Kind::Small, Kind::Inner]),
    Patterns("loss:*b", &[Kind::Blob]),
    Patterns("loss:{s*,o*}", &[Kind::Small, Kind::Outer]),
];

impl Patterns {
    pub fn text(&self) -> &'static str {
        self.0
    }

    pub fn matches(&self, kind: Kind) -> bool {
        self.1.contains(&kind)
    }
}

/// What a subscription wants.
#[derive(Debug, Clone)]
pub struct Wish {
    pub patterns: Patterns,
    pub predicate: Option<Predicate>,
    pub sample: u32,
    pub rate: u32,
    pub keep_newest: bool,
    pub queue_bytes: usize,
    pub batch_bytes: usize,
}

impl Wish {
    pub fn builder(&self) -> SubscriptionBuilder {
        let policy = if self.keep_newest { Policy::KeepNewest } else { Policy::DropNewest };
        let builder = Subscription::builder()
            .pattern(self.patterns.text())
            .sample(self.sample)
            .rate(self.rate)
            .policy(policy)
            .queue_bytes(self.queue_bytes)
            .batch_bytes(self.batch_bytes);
        match &self.predicate {
            Some(predicate) => builder.filter(&predicate.to_string()),
            None => builder,
        }
    }
}

fn volley() -> impl Strategy<Value = Volley> {
    let few = 1..20u64;
    prop_oneof![
        4 => (Just(Shot::Small), 1..800u64),
        3 => ((0..3_000usize).prop_map(Shot::Blob), 1..120u64),
        // Spans chunks.
        2 => ((60_000..150_000usize).prop_map(Shot::Blob), 1..4u64),
        1 => ((200_000..280_000usize).prop_map(Shot::Blob), 1..4u64),
        2 => ((1_000..9_000usize).prop_map(Shot::Shared), few.clone()),
        // Not so close to the limit that it matters what there is besides the data.
        1 => ((60_000..170_000usize).prop_map(Shot::Shared), 1..5u64),
        1 => ((200_000..280_000usize).prop_map(Shot::Shared), 1..5u64),
        2 => ((0..12usize).prop_map(Shot::Outer), few),
        2 => (Just(Shot::Inner), 1..300u64),
    ]
    .prop_map(|(shot, count)| Volley { shot, count })
}

impl Volley {
    /// The numbers and words of its events.
    pub fn arguments(&self) -> impl Iterator<Item = (u64, &'static str)> {
        (0..self.count).map(|at| (at * 5 % 16, WORDS[at as usize % WORDS.len()]))
    }
}

fn wish() -> impl Strategy<Value = Wish> {
    (
        prop::sample::select(PATTERNS.to_vec()),
        prop::option::of(predicate()),
        prop_oneof![3 => Just(0u32), 1 => 1..10u32],
        prop_oneof![5 => Just(0u32), 1 => 1..500u32],
        any::<bool>(),
        prop_oneof![Just(0usize), Just(5_000), 10_000..300_000usize, Just(16 << 20)],
        prop_oneof![Just(4 << 10usize), Just(64 << 10)],
    )
        .prop_map(|(patterns, predicate, sample, rate, keep_newest, queue_bytes, batch_bytes)| Wish {
            patterns,
            predicate,
            sample,
            rate,
            keep_newest,
            queue_bytes,
            batch_bytes,
        })
}

fn act() -> impl Strategy<Value = Act> {
    let which = || 0..8usize;
    prop_oneof![
        3 => wish().prop_map(Act::Subscribe),
        1 => which().prop_map(Act::Close),
        1 => which().prop_map(Act::Drop),
        1 => (which(), prop::sample::select(PATTERNS.to_vec())).prop_map(|(which, to)| Act::Update(which, to)),
        3 => (which(), 1..20usize).prop_map(|(which, batches)| Act::Read(which, batches)),
        1 => which().prop_map(Act::Stats),
        3 => Just(Act::Pass),
        3 => (1..100usize).prop_map(Act::Poll),
        1 => volley().prop_map(Act::Fire),
    ]
}

fn thread() -> impl Strategy<Value = Thread> {
    (prop::collection::vec(volley(), 0..10), any::<bool>())
        .prop_map(|(volleys, last_words)| Thread { volleys, last_words })
}

fn phase() -> impl Strategy<Value = Phase> {
    let acts = |count| prop::collection::vec(act(), 0..count);
    (acts(5), prop::collection::vec(thread(), 0..6), acts(16))
        .prop_map(|(before, threads, meanwhile)| Phase { before, threads, meanwhile })
}

pub fn plan() -> impl Strategy<Value = Plan> {
    (prop_oneof![Just(0usize), 26..30usize], prop::collection::vec(phase(), 1..5))
        .prop_map(|(held, phases)| Plan { held, phases })
}
