//! Which tracepoints a subscription wants, by name.

use super::SubscribeError;
use crate::registry::{Entry, Registry};

/// Glob patterns over full names: `net:*`, `*:added`, `net:{inbound,outbound}_message`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patterns(Vec<String>);

/// Patterns may come from another process.
const MAX_PATTERNS: usize = 256;
const MAX_LENGTH: usize = 256;

impl Patterns {
    /// Checks the patterns, without looking at what they match.
    pub(crate) fn new(patterns: Vec<String>) -> Result<Self, SubscribeError> {
        if patterns.is_empty() {
            return Err(SubscribeError::NoPattern);
        }
        if patterns.len() > MAX_PATTERNS {
            return Err(SubscribeError::TooManyPatterns { limit: MAX_PATTERNS });
        }
        match patterns.iter().find(|pattern| !is_sound(pattern)) {
            Some(bad) => Err(SubscribeError::BadPattern { pattern: bad.chars().take(MAX_LENGTH).collect() }),
            None => Ok(Patterns(patterns)),
        }
    }

    /// Whether any of them matches a full name.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| fast_glob::glob_match(pattern, name))
    }

    /// That each matches something.
    pub(crate) fn check(&self, registry: &Registry) -> Result<(), SubscribeError> {
        let names = || registry.entries().iter().map(|entry| entry.name.as_str());
        match self.0.iter().find(|pattern| !names().any(|name| fast_glob::glob_match(pattern, name))) {
            Some(pattern) => {
                Err(SubscribeError::NoMatch { pattern: pattern.clone(), similar: similar(pattern, names()) })
            }
            None => Ok(()),
        }
    }

    /// The tracepoints that match.
    pub(crate) fn of<'r>(&'r self, registry: &'r Registry) -> impl Iterator<Item = &'r Entry> {
        registry.entries().iter().filter(|entry| self.matches(&entry.name))
    }
}

fn is_sound(pattern: &str) -> bool {
    !pattern.is_empty()
        && pattern.len() <= MAX_LENGTH
        && !pattern.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// Names that the user may have meant: those that share a word with the pattern, best first.
fn similar<'n>(pattern: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    const MOST: usize = 5;
    let words: Vec<&str> =
        pattern.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2).collect();
    let mut scored: Vec<(usize, &str)> = names
        .map(|name| (words.iter().filter(|word| name.contains(*word)).map(|word| word.len()).sum(), name))
        .filter(|(score, _)| *score > 0)
        .collect();
    scored.sort_by_key(|(score, name)| (usize::MAX - score, *name));
    scored.into_iter().take(MOST).map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_full_names() {
        let patterns = Patterns::new(vec!["net:*".into(), "*:added".into()]).unwrap();
        assert!(patterns.matches("net:inbound_message"));
        assert!(patterns.matches("mempool:added"));
        assert!(!patterns.matches("mempool:removed"));
    }

    #[test]
    fn hostile_patterns_are_refused_or_cheap() {
        assert!(Patterns::new(vec![]).is_err());
        assert!(Patterns::new(vec![String::new()]).is_err());
        assert!(Patterns::new(vec!["x".repeat(257)]).is_err());
        assert!(Patterns::new(vec!["*".into(); 257]).is_err());
        assert!(Patterns::new(vec!["net:\n".into()]).is_err());
        for evil in ["*a".repeat(128), "{".repeat(200), "{*,*}".repeat(50), "[".repeat(250), "**".repeat(100)]
        {
            let patterns = Patterns::new(vec![evil]).unwrap();
            patterns.matches(&"a".repeat(200));
        }
    }

    #[test]
    fn a_near_miss_suggests_names() {
        let names = ["net:inbound_message", "net:outbound_message", "mempool:added"];
        assert_eq!(similar("net:inbound_mesage", names.into_iter())[0], "net:inbound_message");
        assert_eq!(similar("mempool:aded", names.into_iter()), ["mempool:added"]);
        assert!(similar("zzz", names.into_iter()).is_empty());
    }
}
