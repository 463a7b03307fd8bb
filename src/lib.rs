//! Typed tracepoints.
pub use tracepoint_core::*;
#[cfg(feature = "ipc")]
pub use tracepoint_ipc as ipc;
