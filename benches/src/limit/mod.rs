//! The limit rows: what the same work costs when it is written by hand, without any library.

mod gate;
mod ring;

pub use gate::HandGate;
pub use ring::{Appender, HandRings, ticks};
