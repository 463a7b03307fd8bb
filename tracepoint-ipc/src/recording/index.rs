//! What lies where in a recording.

use super::limits;

/// A number of batches, one behind the other, up to the next span.
///
/// ```no_run
/// let mut reader = tracepoint_ipc::recording::Reader::open("net.rec")?;
/// let events: u64 = reader.spans()?.iter().map(|span| span.events).sum();
/// # Ok::<(), tracepoint_ipc::recording::ReadError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Span {
    /// Where in the file it begins.
    pub offset: u64,
    /// Events in it.
    pub events: u64,
    /// Time of the earliest event.
    pub first: u64,
    /// Time of the latest event.
    pub last: u64,
    /// Whether threads appear in it for the first time.
    pub(super) threads: bool,
    /// Whether tracepoints or types appear in it for the first time.
    pub(super) definitions: bool,
}

impl Span {
    fn merge(&mut self, next: &Span) {
        self.events += next.events;
        self.first = self.first.min(next.first);
        self.last = self.last.max(next.last);
        self.threads |= next.threads;
        self.definitions |= next.definitions;
    }
}

/// An index in the making. Spans get longer as there are more batches, so that there are never many of them.
#[derive(Debug)]
pub(super) struct Index {
    spans: Vec<Span>,
    /// Batches in each span but the last one.
    stride: u64,
    /// Batches in the last span.
    filled: u64,
}

impl Default for Index {
    fn default() -> Self {
        Self { spans: Vec::new(), stride: 1, filled: 0 }
    }
}

impl Index {
    /// Adds a batch.
    pub(super) fn push(&mut self, batch: Span) {
        match self.spans.last_mut() {
            Some(last) if self.filled < self.stride => {
                last.merge(&batch);
                self.filled += 1;
            }
            _ => {
                if self.spans.len() == limits::SPANS {
                    self.thin();
                }
                self.spans.push(batch);
                self.filled = 1;
            }
        }
    }

    /// Makes one span of each two. All of them are full, and their number is even.
    fn thin(&mut self) {
        let pairs = self.spans.chunks(2).map(|pair| {
            let mut span = pair[0];
            pair[1..].iter().for_each(|next| span.merge(next));
            span
        });
        self.spans = pairs.collect();
        self.stride *= 2;
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    pub(super) fn into_spans(self) -> Vec<Span> {
        self.spans
    }
}

/// Whether these can be the spans of batches that lie between two places of a file.
pub(super) fn is_sound(spans: &[Span], start: u64, end: u64) -> bool {
    let offsets = || spans.iter().map(|span| span.offset);
    let ends = offsets().skip(1).chain([end]);
    spans.first().map_or(end, |span| span.offset) == start
        && offsets().zip(ends).all(|(offset, end)| offset < end)
}

/// The first span that may have events of this time or later.
pub(super) fn starts_at(spans: &[Span], from: u64) -> usize {
    spans.iter().position(|span| span.last >= from).unwrap_or(spans.len())
}

/// The number of spans behind which all events are later.
pub(super) fn ends_at(spans: &[Span], to: u64) -> usize {
    spans.iter().rposition(|span| span.first <= to).map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(number: u64) -> Span {
        let (threads, definitions) = (number == 7, number == 5000);
        Span {
            offset: number * 100,
            events: 3,
            first: number * 10,
            last: number * 10 + 12,
            threads,
            definitions,
        }
    }

    #[test]
    fn an_index_stays_small_and_tells_of_all_batches() {
        for count in [0, 1, 4096, 4097, 8192, 8193, 100_000] {
            let mut index = Index::default();
            (0..count).for_each(|number| index.push(batch(number)));
            let spans = index.spans();
            assert!(spans.len() <= limits::SPANS && (count < 4096 || spans.len() >= limits::SPANS / 2));
            assert_eq!(spans.iter().map(|span| span.events).sum::<u64>(), count * 3);
            assert!(is_sound(spans, 0, count * 100));
            assert_eq!(spans.iter().filter(|span| span.threads).count(), usize::from(count > 7));
            assert_eq!(spans.iter().filter(|span| span.definitions).count(), usize::from(count > 5000));
            assert_eq!(spans.last().map(|span| span.last), (0..count).last().map(|last| last * 10 + 12));
        }
    }

    #[test]
    fn no_event_of_a_time_lies_outside_of_what_is_found() {
        let mut index = Index::default();
        (0..10_000).for_each(|number| index.push(batch(number)));
        let spans = index.spans();
        for time in (0..100_100).step_by(7) {
            let (from, to) = (starts_at(spans, time), ends_at(spans, time));
            assert!(spans[..from].iter().all(|span| span.last < time), "{time}");
            assert!(spans[to..].iter().all(|span| span.first > time), "{time}");
        }
        assert_eq!(starts_at(spans, u64::MAX), spans.len());
        assert_eq!(starts_at(&[], 0), 0);
    }

    #[test]
    fn spans_that_make_no_sense_are_noticed() {
        let spans = [batch(1), batch(2), batch(3)];
        assert!(is_sound(&spans, 100, 301));
        assert!(!is_sound(&spans, 0, 301));
        assert!(!is_sound(&spans, 100, 300));
        assert!(!is_sound(&[batch(1), batch(1)], 100, 300));
        assert!(is_sound(&[], 5, 5));
        assert!(!is_sound(&[], 5, 6));
    }
}
