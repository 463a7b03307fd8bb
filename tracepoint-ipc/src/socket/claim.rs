//! The socket paths that this process has in use.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use crate::fork::PerProcess;

static CLAIMED: PerProcess<BTreeSet<PathBuf>> = PerProcess::new();

/// Only in a forked child.
#[cfg(unix)]
pub(crate) fn leave() {
    CLAIMED.leave();
}

/// The right of one exporter of this process to a path. Ends when dropped.
pub(crate) struct Claim(PathBuf);

impl Claim {
    /// `None` if another exporter of this process has it.
    pub(crate) fn new(path: &Path) -> Option<Self> {
        let mut claimed = CLAIMED.get().lock().unwrap_or_else(PoisonError::into_inner);
        claimed.insert(path.to_owned()).then(|| Self(path.to_owned()))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        CLAIMED.get().lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}
