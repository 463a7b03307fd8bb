//! The memory that events wait in.

use std::ops::Deref;

use crate::pages;

/// Events of a batch, back to back: bytes.
///
/// Their memory goes back to the system when they are dropped, however much the allocator would keep for later: a
/// subscriber that was slow for a while, and is gone, leaves nothing behind.
///
/// ```
/// let batch = tracepoint_core::Batch::default();
/// assert_eq!(batch.events.len(), 0);
/// ```
#[derive(Debug, Default)]
pub struct EventBytes(Vec<u8>);

impl EventBytes {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        EventBytes(Vec::with_capacity(bytes))
    }

    pub(super) fn reserve(&mut self, bytes: usize) {
        self.0.reserve(bytes);
    }

    #[inline]
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Empties it, keeping memory for so many bytes.
    pub(super) fn clear(&mut self, bytes: usize) {
        if self.0.capacity() > bytes {
            *self = Self::with_capacity(bytes);
        }
        self.0.clear();
    }
}

impl Deref for EventBytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for EventBytes {
    fn drop(&mut self) {
        self.0.clear();
        let memory = self.0.spare_capacity_mut();
        // SAFETY: nothing is in there any more, and it is ours until the vector goes.
        unsafe { pages::discard_within(memory.as_mut_ptr().cast(), memory.len()) };
    }
}
