//! Chunks that rest before they are used again.

use super::chunk::ChunkId;
use crate::sync::{AtomicU32, Ordering};

/// A delay line: what comes in goes out when as many others have come as there are places.
///
/// # Orderings
///
/// A place changes hands by `swap` alone, which leaves each chunk to one owner. It is `AcqRel`: who gets a chunk comes
/// behind all that was done with it before it was put there (SYNC rest). Nobody waits for anybody.
#[derive(Debug)]
pub(super) struct Rest {
    /// A chunk each, or zero.
    places: Box<[AtomicU32]>,
    /// Chunks that came in so far. It only says which place is next, so it is relaxed.
    came: AtomicU32,
}

impl Rest {
    pub(super) fn new(places: usize) -> Self {
        Rest { places: (0..places).map(|_| AtomicU32::new(0)).collect(), came: AtomicU32::new(0) }
    }

    /// Takes a chunk in, and lets the one go that was there longest; without places, the same.
    pub(super) fn exchange(&self, id: ChunkId) -> Option<ChunkId> {
        if self.places.is_empty() {
            return Some(id);
        }
        let place = self.came.fetch_add(1, Ordering::Relaxed) as usize % self.places.len();
        ChunkId::unpack(self.places[place].swap(ChunkId::pack(Some(id)), Ordering::AcqRel))
    }

    /// A chunk that has not rested enough, for who finds no other one.
    pub(super) fn take(&self) -> Option<ChunkId> {
        let taken = |place: &AtomicU32| match place.load(Ordering::Relaxed) {
            0 => None,
            _ => ChunkId::unpack(place.swap(0, Ordering::AcqRel)),
        };
        self.places.iter().find_map(taken)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.iter().filter(|place| place.load(Ordering::Relaxed) != 0).count()
    }
}
