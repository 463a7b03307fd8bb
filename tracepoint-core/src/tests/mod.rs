//! Models of the lock-free code, run by loom: every interleaving that the memory model allows, within
//! the bounds that `ci/loom.sh` sets.

mod loom_filter;
mod loom_gate;
mod loom_pool;
mod loom_ring;
