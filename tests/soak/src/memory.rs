//! What this process holds.

use anyhow::{Context, Result};

/// Resident memory, and open descriptors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub kilobytes: u64,
    pub descriptors: usize,
}

/// What this process holds now.
///
/// # Errors
/// `/proc` cannot be read.
pub fn held() -> Result<Held> {
    let status = std::fs::read_to_string("/proc/self/status").context("cannot read /proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    Ok(Held {
        kilobytes: kilobytes.context("no VmRSS in /proc/self/status")?,
        descriptors: std::fs::read_dir("/proc/self/fd").context("cannot list /proc/self/fd")?.count(),
    })
}
