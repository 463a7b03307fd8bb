//! Where there is no `fork`.

/// Nothing.
pub(crate) struct Ours;

pub(super) fn prepare() {}
