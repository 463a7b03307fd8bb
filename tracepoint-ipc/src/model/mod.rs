//! What an exporter says about itself.

mod process;
mod stats;
mod tracepoint;

pub use process::{ExporterStats, ProcessInfo};
pub use stats::{SubscriptionStats, TracepointStats};
pub use tracepoint::TracepointInfo;
