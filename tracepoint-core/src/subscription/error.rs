//! Why a subscription was refused.

use std::fmt;

use crate::FilterError;

/// Why a subscription was refused.
///
/// ```
/// use tracepoint_core::{SubscribeError, Subscription};
///
/// let error = Subscription::builder().start().unwrap_err();
/// assert_eq!(error, SubscribeError::NoPattern);
/// assert_eq!(error.to_string(), "no pattern was given: say which tracepoints, for instance 'net:*', or '*' for all");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubscribeError {
    /// Nothing was asked for.
    NoPattern,
    /// More patterns than one subscription may have.
    TooManyPatterns {
        /// How many it may have.
        limit: usize,
    },
    /// A pattern is empty, too long, or has spaces or control characters.
    BadPattern {
        /// The pattern.
        pattern: String,
    },
    /// A pattern matches no tracepoint of the program.
    NoMatch {
        /// The pattern.
        pattern: String,
        /// Names that are like it.
        similar: Vec<String>,
    },
    /// The predicate makes no sense.
    BadFilter(FilterError),
    /// More tracepoints than can have a predicate, a sampling or a rate at once.
    TooManyChosen {
        /// How many more can have one.
        limit: usize,
    },
    /// As many subscriptions as there can be.
    TooMany {
        /// How many there can be.
        limit: usize,
    },
    /// The subscription was closed.
    Closed,
}

impl fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SubscribeError::NoPattern => f.write_str(
                "no pattern was given: say which tracepoints, for instance 'net:*', or '*' for all",
            ),
            SubscribeError::TooManyPatterns { limit } => {
                write!(f, "more than {limit} patterns: use wildcards to say the same with fewer")
            }
            SubscribeError::BadPattern { pattern } => {
                write!(
                    f,
                    "the pattern {pattern:?} is not one: write 'provider:name', with * for any characters, at most 256"
                )
            }
            SubscribeError::NoMatch { pattern, similar } if similar.is_empty() => {
                write!(f, "no tracepoint matches '{pattern}': list them to see what there is")
            }
            SubscribeError::NoMatch { pattern, similar } => {
                write!(f, "no tracepoint matches '{pattern}'; similar: {}", similar.join(", "))
            }
            SubscribeError::BadFilter(error) => error.fmt(f),
            SubscribeError::TooManyChosen { limit } => {
                write!(
                    f,
                    "a predicate, a sampling or a rate for more than {limit} tracepoints: use patterns that match fewer"
                )
            }
            SubscribeError::TooMany { limit } => {
                write!(f, "{limit} subscriptions are active, which is all there can be: end one first")
            }
            SubscribeError::Closed => f.write_str("the subscription was closed: make a new one"),
        }
    }
}

impl std::error::Error for SubscribeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SubscribeError::BadFilter(error) => Some(error),
            _ => None,
        }
    }
}

impl From<FilterError> for SubscribeError {
    fn from(error: FilterError) -> Self {
        SubscribeError::BadFilter(error)
    }
}
