#[cfg(loom)]
mod loom_ring;
