//! What the scenarios share.
#![allow(dead_code, unused_imports, reason = "no scenario needs all of it")]

mod reader;
mod watchdog;

pub use reader::{Reader, follow};
pub use watchdog::Watchdog;
