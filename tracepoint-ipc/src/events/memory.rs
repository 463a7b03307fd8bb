//! The memory of batches, used again.

use std::ops::{Deref, Range};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Batches whose memory is kept: those that wait for the reader, and the one that it reads.
const KEPT: usize = 6;

/// Batches that are much larger than usual are not kept.
const KEPT_BYTES: usize = 256 << 10;

/// Memory of batches that are gone.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<Vec<Vec<u8>>>);

impl Memory {
    fn spare(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        // Nothing is left half done in there.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of these bytes.
    pub(crate) fn copy(self: &Arc<Self>, bytes: &[u8]) -> Bytes {
        let mut copy = self.spare().pop().unwrap_or_default();
        copy.extend_from_slice(bytes);
        Bytes { bytes: copy, memory: self.clone() }
    }

    /// So many bytes that `fill` has filled in.
    pub(crate) fn fill<E>(
        self: &Arc<Self>,
        len: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<Bytes, E> {
        let mut bytes = self.copy(&[]);
        bytes.bytes.resize(len, 0);
        fill(&mut bytes.bytes)?;
        Ok(bytes)
    }
}

/// Bytes whose memory is used again when they go.
#[derive(Debug)]
pub(crate) struct Bytes {
    bytes: Vec<u8>,
    memory: Arc<Memory>,
}

impl Bytes {
    /// Keeps the first bytes only.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    /// Moves some bytes towards the beginning.
    pub(crate) fn move_down(&mut self, from: Range<usize>, to: usize) {
        self.bytes.copy_within(from, to);
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Clone for Bytes {
    fn clone(&self) -> Self {
        self.memory.copy(&self.bytes)
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        let mut spare = self.memory.spare();
        if bytes.capacity() <= KEPT_BYTES && spare.len() < KEPT {
            spare.push(bytes);
        }
    }
}
