//! What the benches share: the workloads, the hand-written limits, and a client in a process of its own.

pub mod client;
pub mod limit;
pub mod pace;
pub mod workload;
