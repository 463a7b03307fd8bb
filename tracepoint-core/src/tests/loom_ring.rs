//! Producer against drain: appending, chunk hand-over, an empty pool, records over several chunks, and
//! the end of the thread.

use std::sync::Arc;

use loom::thread;

use crate::gate::Stamp;
use crate::ring::chunk::CHUNK_WORDS;
use crate::ring::record::{HEADER_WORDS, Header};
use crate::ring::{Consumer, Lost, Pool, Producer, Ring};

/// A pool that outlives the threads of one execution.
struct Model {
    pool: *mut Pool,
}

impl Model {
    fn new(chunks: usize) -> Self {
        Model { pool: Box::into_raw(Box::new(Pool::new(chunks))) }
    }

    fn pool(&self) -> &'static Pool {
        // SAFETY: freed by `end` alone, after all threads were joined.
        unsafe { &*self.pool }
    }

    fn ring(&self, share: u32) -> (Producer<'static>, Consumer<'static>) {
        let ring = Arc::new(Ring::new());
        (Producer::new(ring.clone(), self.pool(), share), Consumer::new(ring, self.pool()))
    }

    fn end(self) {
        // SAFETY: made by `new`; nobody uses it any more.
        drop(unsafe { Box::from_raw(self.pool) });
    }
}

fn header(number: u32, words: usize) -> Header {
    Header { words, tracepoint: 7, generation: Stamp::from_bits(1), clock: u64::from(number), mask: 1 }
}

/// Writes a record whose payload is its number in each word.
fn append(producer: &mut Producer<'_>, number: u32, words: usize) -> Result<(), Lost> {
    let header = header(number, words);
    // SAFETY: header and payload are `words` words.
    unsafe {
        producer.append(words, |start| {
            header.write(start, header.clock);
            for word in HEADER_WORDS..words {
                start.add(word).write(u64::from(number));
            }
            Ok(())
        })
    }
}

/// Reads a record and checks its payload.
fn take(consumer: &mut Consumer<'_>) -> Option<u32> {
    let header = consumer.peek()?;
    let mut words = HEADER_WORDS;
    consumer.consume_parts(header, HEADER_WORDS, |payload| {
        words += payload.len();
        assert!(payload.iter().all(|word| *word == header.clock), "a record arrived in pieces");
    });
    assert_eq!(words, header.words);
    Some(header.clock as u32)
}

#[test]
fn records_arrive_whole_and_in_order_over_chunks() {
    loom::model(|| {
        let model = Model::new(3);
        let (mut producer, mut consumer) = model.ring(3);
        // Two records fill a chunk, so the second and fourth one need new ones.
        let writer = thread::spawn(move || {
            for number in 0..3 {
                append(&mut producer, number, 5).unwrap();
            }
            producer
        });
        let mut next = 0;
        for _ in 0..2 {
            while let Some(number) = take(&mut consumer) {
                assert_eq!(number, next);
                next += 1;
            }
            thread::yield_now();
        }
        let producer = writer.join().unwrap();
        while let Some(number) = take(&mut consumer) {
            assert_eq!(number, next);
            next += 1;
        }
        assert_eq!(next, 3);
        drop(producer);
        consumer.retire();
        assert_eq!(model.pool().free(), 3);
        model.end();
    });
}

#[test]
fn an_empty_pool_loses_the_newest_and_chunks_come_back() {
    loom::model(|| {
        let model = Model::new(2);
        let (mut producer, mut consumer) = model.ring(2);
        let writer = thread::spawn(move || {
            // Each record needs a chunk; there are two, and the drain may give one back in time.
            (0..3).filter(|number| append(&mut producer, *number, CHUNK_WORDS) == Err(Lost::RingFull)).count()
        });
        let mut seen = Vec::new();
        seen.extend(take(&mut consumer));
        seen.extend(take(&mut consumer));
        let lost = writer.join().unwrap();
        seen.extend(std::iter::from_fn(|| take(&mut consumer)));
        assert_eq!(seen.len() + lost, 3);
        assert!(seen.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(consumer.is_closed(), "the producer is gone with its thread");
        consumer.retire();
        assert_eq!(model.pool().free(), 2);
        model.end();
    });
}

#[test]
fn a_spanning_record_is_seen_whole_or_not_at_all() {
    loom::model(|| {
        let model = Model::new(3);
        let (mut producer, mut consumer) = model.ring(3);
        let writer = thread::spawn(move || {
            append(&mut producer, 0, 4).unwrap();
            let words = CHUNK_WORDS + 3;
            let header = header(1, words);
            // SAFETY: header and payload are `words` words.
            unsafe {
                producer
                    .append_spanning(words, |mut spanning| {
                        let start = spanning.start(HEADER_WORDS);
                        header.write(start, header.clock);
                        let payload = [1u64.to_ne_bytes(); CHUNK_WORDS].concat();
                        crate::event::Tail::append(&mut spanning, &payload, words - HEADER_WORDS);
                        Ok(())
                    })
                    .unwrap();
            }
            append(&mut producer, 2, 4).unwrap();
        });
        let mut next = 0;
        while let Some(number) = take(&mut consumer) {
            assert_eq!(number, next);
            next += 1;
        }
        writer.join().unwrap();
        while let Some(number) = take(&mut consumer) {
            assert_eq!(number, next);
            next += 1;
        }
        assert_eq!(next, 3);
        consumer.retire();
        assert_eq!(model.pool().free(), 3);
        model.end();
    });
}

#[test]
fn what_a_thread_fired_before_it_ended_is_drained_before_its_ring_is_retired() {
    loom::model(|| {
        let model = Model::new(2);
        let (mut producer, mut consumer) = model.ring(2);
        let writer = thread::spawn(move || {
            append(&mut producer, 0, 4).unwrap();
            append(&mut producer, 1, CHUNK_WORDS).unwrap();
        });
        let mut seen = 0;
        // As the drain does: closed first, records after.
        loop {
            let closed = consumer.is_closed();
            while take(&mut consumer).is_some() {
                seen += 1;
            }
            if closed {
                break;
            }
            thread::yield_now();
        }
        assert_eq!(seen, 2);
        consumer.retire();
        assert_eq!(model.pool().free(), 2);
        writer.join().unwrap();
        model.end();
    });
}

#[test]
fn a_drained_chunk_is_begun_anew_though_no_other_is_free() {
    loom::model(|| {
        let model = Model::new(1);
        let (mut producer, mut consumer) = model.ring(1);
        // The chunk holds one record. The next one fits if the drain has taken the one before in time.
        let writer = thread::spawn(move || {
            (0..3).filter(|number| append(&mut producer, *number, 5) == Err(Lost::RingFull)).count()
        });
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.extend(take(&mut consumer));
        }
        let lost = writer.join().unwrap();
        seen.extend(std::iter::from_fn(|| take(&mut consumer)));
        assert_eq!(seen.len() + lost, 3);
        assert!(seen.windows(2).all(|pair| pair[0] < pair[1]));
        consumer.retire();
        assert_eq!(model.pool().free(), 1);
        model.end();
    });
}

#[test]
fn a_chunk_that_comes_round_again_is_not_taken_for_drained() {
    loom::model(|| {
        let model = Model::new(2);
        let (mut producer, mut consumer) = model.ring(2);
        // Each record fills a chunk. The drain may rest at a full chunk just when the producer goes on to
        // the other one, and find the first one again, full to the same mark.
        append(&mut producer, 0, CHUNK_WORDS).unwrap();
        let writer = thread::spawn(move || {
            (1..4).filter(|number| append(&mut producer, *number, CHUNK_WORDS).is_err()).count()
        });
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.extend(take(&mut consumer));
        }
        let lost = writer.join().unwrap();
        seen.extend(std::iter::from_fn(|| take(&mut consumer)));
        assert_eq!(seen.len() + lost, 4, "{seen:?}");
        assert!(seen.windows(2).all(|pair| pair[0] < pair[1]));
        consumer.retire();
        model.end();
    });
}

/// What a record owns: counts how often it is let go of.
struct Owned(Arc<std::sync::atomic::AtomicUsize>);

impl Drop for Owned {
    fn drop(&mut self) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

/// Writes a record that owns something, which is let go of here if there is no room for it.
fn append_owned(producer: &mut Producer<'_>, number: u32, owned: Owned) -> Result<(), Lost> {
    const WORDS: usize = HEADER_WORDS + 1;
    let header = header(number, WORDS);
    let mut owned = Some(Box::new(owned));
    // SAFETY: header and payload are `WORDS` words.
    unsafe {
        producer.append(WORDS, |start| {
            header.write(start, header.clock);
            start.add(HEADER_WORDS).cast::<*mut Owned>().write(Box::into_raw(owned.take().unwrap()));
            Ok(())
        })
    }
}

/// Reads a record, and takes what it owns.
fn take_owned(consumer: &mut Consumer<'_>) -> Option<Box<Owned>> {
    let header = consumer.peek()?;
    let mut owned = None;
    // SAFETY: written by `append_owned`, and no record is read twice.
    consumer.consume(header, |payload| owned = Some(unsafe { Box::from_raw(*payload.as_ptr().cast()) }));
    owned
}

#[test]
fn what_a_record_owns_is_let_go_of_once_whether_it_is_written_lost_or_left_by_its_thread() {
    loom::model(|| {
        let model = Model::new(1);
        let (mut producer, mut consumer) = model.ring(1);
        let counts: [_; 3] = std::array::from_fn(|_| Arc::new(std::sync::atomic::AtomicUsize::new(0)));
        let owned = counts.clone().map(Owned);
        let writer = thread::spawn(move || {
            for (number, owned) in (0..).zip(owned) {
                // Two records fill the chunk: the last one finds room if both were taken in time.
                let _ = append_owned(&mut producer, number, owned);
            }
        });
        loop {
            let closed = consumer.is_closed();
            while take_owned(&mut consumer).is_some() {}
            if closed {
                break;
            }
            thread::yield_now();
        }
        writer.join().unwrap();
        consumer.retire();
        assert_eq!(model.pool().free(), 1);
        for count in counts {
            assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 1);
        }
        model.end();
    });
}
