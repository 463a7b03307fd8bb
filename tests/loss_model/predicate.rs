//! Predicates, and what they mean.

use std::fmt;

use proptest::prelude::*;

use crate::log::Fired;

pub const WORDS: [&str; 6] = ["block", "tx", "inv", "", "bloc", "headers that are longer than a word"];

#[derive(Debug, Clone)]
pub enum Predicate {
    Less(u64),
    Within(u64, u64),
    Is(&'static str),
    StartsWith(&'static str),
    Longer(usize),
    Not(Box<Predicate>),
    And(Box<[Predicate; 2]>),
    Or(Box<[Predicate; 2]>),
}

impl Predicate {
    pub fn matches(&self, event: &Fired) -> bool {
        match self {
            Predicate::Less(bound) => event.number < *bound,
            Predicate::Within(from, to) => (*from..*to).contains(&event.number),
            Predicate::Is(word) => event.word == *word,
            Predicate::StartsWith(start) => event.word.starts_with(start),
            Predicate::Longer(len) => event.word.len() > *len,
            Predicate::Not(inner) => !inner.matches(event),
            Predicate::And(both) => both.iter().all(|one| one.matches(event)),
            Predicate::Or(both) => both.iter().any(|one| one.matches(event)),
        }
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Predicate::Less(bound) => write!(f, "number < {bound}"),
            Predicate::Within(from, to) => write!(f, "number in {from}..{to}"),
            Predicate::Is(word) => write!(f, "word == {word:?}"),
            Predicate::StartsWith(start) => write!(f, "word starts_with {start:?}"),
            Predicate::Longer(len) => write!(f, "len(word) > {len}"),
            Predicate::Not(inner) => write!(f, "!({inner})"),
            Predicate::And(both) => write!(f, "({} && {})", both[0], both[1]),
            Predicate::Or(both) => write!(f, "({} || {})", both[0], both[1]),
        }
    }
}

pub fn predicate() -> impl Strategy<Value = Predicate> {
    let word = || prop::sample::select(WORDS.to_vec());
    let test = prop_oneof![
        (0..17u64).prop_map(Predicate::Less),
        (0..16u64, 1..8u64).prop_map(|(from, len)| Predicate::Within(from, from + len)),
        word().prop_map(Predicate::Is),
        word().prop_map(Predicate::StartsWith),
        (0..6usize).prop_map(Predicate::Longer),
    ];
    test.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| Predicate::Not(one.into())),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Predicate::And([a, b].into())),
            (inner.clone(), inner).prop_map(|(a, b)| Predicate::Or([a, b].into())),
        ]
    })
}
