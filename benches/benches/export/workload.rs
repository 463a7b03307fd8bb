//! Which events are sent.

use tracepoint_benches::workload::{Tally, payload};

/// S, or P with a payload of 1 kB.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    S,
    P1K,
}

impl Workload {
    /// The payload, if there is one.
    pub fn payload(self) -> Option<Box<[u8]>> {
        (self == Workload::P1K).then(|| payload(1_000))
    }

    /// What so many events, numbered from 0, must come to at the other end.
    #[cfg_attr(not(unix), expect(dead_code, reason = "for rows that are left out"))]
    pub fn expected(self, events: u64) -> Tally {
        Tally::expected(0..events, self.payload().as_deref())
    }

    /// Events after which we look how far the reader is.
    pub fn step(self) -> u64 {
        match self {
            Workload::S => 20_000,
            Workload::P1K => 2_000,
        }
    }

    /// Events that may be on their way to the reader before more are fired.
    pub fn ahead(self) -> u64 {
        3 * self.step()
    }
}
