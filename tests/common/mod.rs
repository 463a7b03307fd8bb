//! What the scenarios share.
#![allow(dead_code, unused_imports, reason = "no scenario needs all of it")]

mod child;
mod reader;
mod stop;
mod watchdog;

#[cfg(unix)]
pub use child::fork;
pub use reader::{Reader, follow};
pub use stop::StopOnDrop;
pub use watchdog::Watchdog;
