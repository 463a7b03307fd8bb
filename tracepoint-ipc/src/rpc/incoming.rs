//! Messages that come in.

use std::ops::Range;
use std::sync::Arc;

use capnp::message::{Reader, ReaderOptions, ReaderSegments};
use capnp::{Error, Word};
use capnp_rpc::IncomingMessage;
use futures_util::{AsyncRead, AsyncReadExt};

use super::arrivals::Arrivals;
use crate::memory::Block;

/// Segments of a message: far more than anybody has a use for.
const MAX_SEGMENTS: usize = 64;

/// Memory is taken as content comes in, not as it is announced: so many words at a time.
const STEP_WORDS: usize = 16 << 10;

/// A message that came in.
pub(super) struct Incoming {
    message: Reader<Segments>,
    bytes: usize,
}

impl IncomingMessage for Incoming {
    fn get_body(&self) -> capnp::Result<capnp::any_pointer::Reader<'_>> {
        self.message.get_root()
    }
}

struct Segments {
    /// With the content of messages before, behind the last segment.
    block: Arc<Block>,
    ranges: Vec<Range<usize>>,
}

impl ReaderSegments for Segments {
    fn get_segment(&self, id: u32) -> Option<&[u8]> {
        let range = self.ranges.get(id as usize)?;
        Some(Word::words_to_bytes(self.block.words().get(range.clone())?))
    }

    fn len(&self) -> usize {
        self.ranges.len()
    }
}

impl Incoming {
    /// Reads a message; none if the stream ends before it.
    ///
    /// # Errors
    ///
    /// The message is not well-formed, is longer than `limit` words, or ends too early.
    pub(super) async fn read(
        reader: &mut (impl AsyncRead + Unpin),
        limit: usize,
        arrivals: &Arrivals,
    ) -> capnp::Result<Option<Self>> {
        let Some(ranges) = read_table(reader, limit).await? else { return Ok(None) };
        let total = ranges.last().map_or(0, |range| range.end);
        let mut block = arrivals.memory();
        let mut done = 0;
        while done < total {
            let end = total.min(block.words().len().max(done + STEP_WORDS));
            let step = &mut block.grow(end)[done..end];
            reader.read_exact(Word::words_to_bytes_mut(step)).await?;
            done = end;
        }
        let segments = Segments { block: Arc::new(block), ranges };
        arrivals.add(&segments.block, total * 8);
        let mut options = ReaderOptions::new();
        options.traversal_limit_in_words(Some(limit));
        Ok(Some(Self { message: Reader::new(segments, options), bytes: total * 8 }))
    }

    /// Bytes of its content.
    pub(super) fn size(&self) -> usize {
        self.bytes
    }
}

/// Where the segments of the next message lie in it.
async fn read_table(
    reader: &mut (impl AsyncRead + Unpin),
    limit: usize,
) -> capnp::Result<Option<Vec<Range<usize>>>> {
    let mut word = [0; 8];
    let begun = reader.read(&mut word).await?;
    if begun == 0 {
        return Ok(None);
    }
    reader.read_exact(&mut word[begun..]).await?;
    let [count, mut size] = halves(word);
    let count = count as usize + 1;
    if count > MAX_SEGMENTS {
        return Err(Error::failed(format!(
            "a message of {count} segments, which is more than {MAX_SEGMENTS}"
        )));
    }
    let mut ranges: Vec<Range<usize>> = Vec::with_capacity(count);
    // Two sizes a word, the first one beside the count.
    let mut next = None;
    loop {
        let start = ranges.last().map_or(0, |range| range.end);
        ranges.push(start..start + size as usize);
        if ranges.len() == count {
            break;
        }
        size = match next.take() {
            Some(size) => size,
            None => {
                reader.read_exact(&mut word).await?;
                let [first, second] = halves(word);
                next = Some(second);
                first
            }
        };
    }
    let total = ranges.last().map_or(0, |range| range.end);
    if total > limit {
        return Err(Error::failed(format!("a message of {total} words, which is more than {limit}")));
    }
    Ok(Some(ranges))
}

fn halves(word: [u8; 8]) -> [u32; 2] {
    let both = u64::from_le_bytes(word);
    [both as u32, (both >> 32) as u32]
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use futures_util::io::Cursor;

    use super::*;

    const LIMIT: usize = 1 << 20;

    fn read(bytes: &[u8], limit: usize) -> capnp::Result<Option<Incoming>> {
        let read = Incoming::read(&mut Cursor::new(bytes), limit, &Arrivals::default()).now_or_never();
        read.expect("nothing to wait for")
    }

    #[test]
    fn memory_of_a_full_batch_is_used_again() {
        let words = (448 << 10) / 8 + 50;
        let (message, arrivals) = (message(&[words]), Arrivals::default());
        let read = Incoming::read(&mut Cursor::new(&message), LIMIT, &arrivals).now_or_never();
        drop(read.expect("nothing to wait for").unwrap());
        assert!(arrivals.memory().words().len() >= words as usize);
    }

    /// A segment table, and words that count up behind it.
    fn message(segments: &[u32]) -> Vec<u8> {
        let mut bytes = (segments.len() as u32 - 1).to_le_bytes().to_vec();
        bytes.extend(segments.iter().flat_map(|words| words.to_le_bytes()));
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        let words: u32 = segments.iter().sum();
        bytes.extend((0..u64::from(words)).flat_map(u64::to_le_bytes));
        bytes
    }

    #[test]
    fn segments_are_read_one_after_the_other() {
        for segments in [&[1][..], &[1, 2], &[0, 3, 0], &[5, 40_000, 7, 1]] {
            let Incoming { message, .. } = read(&message(segments), LIMIT).unwrap().unwrap();
            let segments_read = message.into_segments();
            assert_eq!(segments_read.len(), segments.len());
            let mut next = 0;
            for (id, &words) in (0..).zip(segments) {
                let segment = segments_read.get_segment(id).unwrap();
                assert_eq!(segment.len(), words as usize * 8);
                for word in segment.chunks(8) {
                    assert_eq!(word, u64::to_le_bytes(next));
                    next += 1;
                }
            }
            assert!(segments_read.get_segment(segments.len() as u32).is_none());
        }
    }

    #[test]
    fn a_stream_may_end_between_messages_only() {
        let whole = message(&[2, 3, 4]);
        assert!(read(&[], LIMIT).unwrap().is_none());
        for len in 1..whole.len() {
            assert!(read(&whole[..len], LIMIT).is_err(), "{len}");
        }
        assert!(read(&whole, LIMIT).unwrap().is_some());
    }

    #[test]
    fn what_is_announced_is_bounded() {
        assert!(read(&message(&[10]), 10).unwrap().is_some());
        assert!(read(&message(&[10, 1]), 10).is_err());
        assert!(read(&[0xff; 8], LIMIT).is_err());
        let segments = [0; MAX_SEGMENTS + 1];
        assert!(read(&message(&segments), LIMIT).is_err());
        assert!(read(&message(&segments[1..]), LIMIT).is_ok());
    }

    #[test]
    fn what_was_read_can_be_kept_in_place() {
        let arrivals = Arrivals::default();
        let bytes = message(&[2_000]);
        for _ in 0..3 {
            let read = Incoming::read(&mut Cursor::new(&bytes), LIMIT, &arrivals).now_or_never();
            let Incoming { message, .. } = read.unwrap().unwrap().unwrap();
            let segments = message.into_segments();
            let shown = &segments.get_segment(0).unwrap()[8..];
            let (kept, copied) = (arrivals.keep(shown), arrivals.keep(shown));
            assert_eq!(kept.as_ptr(), shown.as_ptr());
            assert_ne!(copied.as_ptr(), shown.as_ptr());
            drop(segments);
            assert_eq!(*kept, bytes[16..]);
            assert_eq!(*copied, *kept);
        }
    }

    #[test]
    fn what_is_a_small_part_of_its_message_is_copied() {
        let arrivals = Arrivals::default();
        let bytes = message(&[2_000]);
        let read = Incoming::read(&mut Cursor::new(&bytes), LIMIT, &arrivals).now_or_never();
        let Incoming { message, .. } = read.unwrap().unwrap().unwrap();
        let segments = message.into_segments();
        let shown = &segments.get_segment(0).unwrap()[..5_000];
        let kept = arrivals.keep(shown);
        assert_ne!(kept.as_ptr(), shown.as_ptr());
        assert_eq!(&*kept, shown);
    }
}
