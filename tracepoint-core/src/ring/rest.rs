//! Chunks that rest before they are used again.

use super::chunk::ChunkId;
use crate::sync::{AtomicU32, Ordering};

/// A delay line: what comes in goes out when as many others have come as there are places. The drain alone puts chunks
/// in.
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

    /// Takes a chunk in, and lets the one go that came as many chunks before as there are places, if nobody has taken
    /// it since; without places, the same.
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

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::gate::Stamp;
    use crate::ring::chunk::CHUNK_WORDS;
    use crate::ring::record::Header;
    use crate::ring::{Consumer, Pool, Producer, Ring};

    #[test]
    fn what_comes_goes_when_as_many_others_have_come() {
        let chunk = ChunkId::from_index;
        let rest = Rest::new(3);
        assert!((0..3).all(|index| rest.exchange(chunk(index)).is_none()));
        assert!((3..10).all(|index| rest.exchange(chunk(index)) == Some(chunk(index - 3))));
        assert_eq!(rest.len(), 3);
        let mut left: Vec<_> = std::iter::from_fn(|| rest.take()).map(ChunkId::index).collect();
        left.sort_unstable();
        assert_eq!(left, [7, 8, 9]);
        assert_eq!(rest.len(), 0);
        assert_eq!(Rest::new(0).exchange(chunk(1)), Some(chunk(1)));
    }

    /// Whether a chunk of records of that many words is the next to be used when it was read.
    fn is_next(words: usize) -> bool {
        let pool = Pool::new(64);
        pool.warm_up(32);
        let first = pool.take().unwrap();
        pool.give(first);
        let ring = Arc::new(Ring::new());
        let mut producer = Producer::new(ring.clone(), &pool, 64);
        let mut consumer = Consumer::new(ring, &pool);
        // One more than fit, so that the first chunk is left.
        for _ in 0..=CHUNK_WORDS / words {
            let header = Header { words, tracepoint: 1, generation: Stamp::from_bits(1), clock: 1, mask: 1 };
            // SAFETY: all words are written.
            let written = unsafe {
                producer.append(words, |start| {
                    start.write_bytes(0, words);
                    header.write(start, 1);
                    Ok(())
                })
            };
            written.unwrap();
        }
        while let Some(header) = consumer.peek() {
            consumer.consume(header, |_| ());
        }
        pool.take() == Some(first)
    }

    #[test]
    fn chunks_of_small_records_rest_and_others_do_not() {
        assert!(!is_next(4));
        assert!(!is_next(24));
        assert!(is_next(40));
        assert!(is_next(CHUNK_WORDS));
    }
}
