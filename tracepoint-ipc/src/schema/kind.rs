//! What numbers and bytes stand for, as an annotation tells it.

use tracepoint_core::Type;

/// What the values of a Cap'n Proto type stand for, where the type alone does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A `UInt64` of nanoseconds.
    Duration,
    /// An `Int64` of nanoseconds since the Unix epoch.
    Time,
    /// `Data` of 4 or 16 bytes, in network order.
    Ip,
}

impl Kind {
    /// Of a type, or of the elements of a list.
    pub(super) fn of(ty: &Type) -> Option<Self> {
        match ty {
            Type::Duration => Some(Self::Duration),
            Type::Time => Some(Self::Time),
            Type::IpAddr => Some(Self::Ip),
            Type::List(of) | Type::Option(of) => Self::of(of),
            _ => None,
        }
    }

    /// As in the annotation.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::Time => "time",
            Self::Ip => "ip",
        }
    }

    /// The kind of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Duration, Self::Time, Self::Ip].into_iter().find(|kind| kind.name() == name)
    }
}
