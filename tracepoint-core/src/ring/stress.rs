//! Producer and drain on two CPUs, over and over: what the models' bounds leave out, such as chunks that
//! come round many times.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::chunk::CHUNK_WORDS;
use super::record::Header;
use super::{Consumer, Pool, Producer, Ring};
use crate::gate::Stamp;

/// They live as long as the process, as the real one does. What is named here is no leak.
static POOLS: Mutex<Vec<&Pool>> = Mutex::new(Vec::new());

/// Records whose numbers are read in order, each read or counted as lost.
fn run(chunks: usize, words: usize, records: u32) {
    let pool: &'static Pool = Box::leak(Box::new(Pool::new(chunks)));
    POOLS.lock().unwrap().push(pool);
    let ring = Arc::new(Ring::new());
    let mut producer = Producer::new(ring.clone(), pool, chunks as u32);
    let mut consumer = Consumer::new(ring, pool);
    let done = Arc::new(AtomicBool::new(false));
    let finished = done.clone();
    let writer = thread::spawn(move || {
        let mut lost = 0;
        for number in 0..records {
            let header = Header {
                words,
                tracepoint: 1,
                generation: Stamp::from_bits(1),
                clock: u64::from(number),
                mask: 1,
            };
            // SAFETY: header and payload are `words` words.
            let written = unsafe {
                producer.append(words, |start| {
                    header.write(start, header.clock);
                    start.add(words - 1).write(u64::from(number));
                    Ok(())
                })
            };
            lost += u32::from(written.is_err());
        }
        drop(producer);
        finished.store(true, Ordering::Release);
        lost
    });
    let (mut seen, mut next) = (0, 0);
    loop {
        let closed = done.load(Ordering::Acquire);
        while let Some(header) = consumer.peek() {
            let number = header.clock as u32;
            assert!(number >= next, "{number} after {next}");
            consumer.consume(header, |payload| {
                assert_eq!(payload.last(), Some(&u64::from(number)));
            });
            next = number + 1;
            seen += 1;
        }
        if closed {
            break;
        }
    }
    assert_eq!(seen + writer.join().unwrap(), records, "neither read nor counted as lost");
    consumer.retire();
    assert_eq!(pool.free(), chunks);
}

const RECORDS: u32 = if cfg!(miri) { 300 } else { 300_000 };

#[test]
fn a_chunk_for_each_record() {
    run(1, CHUNK_WORDS, RECORDS);
    run(2, CHUNK_WORDS, RECORDS);
    run(3, CHUNK_WORDS, RECORDS);
}

#[test]
fn two_records_in_a_chunk() {
    run(2, CHUNK_WORDS / 2, RECORDS);
    run(4, CHUNK_WORDS / 2, RECORDS);
}

#[test]
fn chunks_that_records_do_not_fill() {
    run(2, 3000, RECORDS);
    run(8, 700, RECORDS);
}

#[test]
fn small_records() {
    run(8, 24, 2 * RECORDS);
    run(32, 24, 2 * RECORDS);
}
