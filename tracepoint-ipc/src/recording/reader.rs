//! Reads recordings.

use std::fs::File;
use std::io::{Read, Seek};
use std::iter::FusedIterator;
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::sync::Arc;

use tracepoint_core::{FilterError, ThreadInfo};

use super::choice::LeftOut;
use super::decode::{self, Head, Opening, Said};
use super::error::{Cut, ReadError};
use super::header::Header;
use super::index::{self, Index, Span};
use super::message::{self, LEAST_BYTES};
use super::selection::{Selection, matches};
use super::source::{Found, Source};
use super::{FORMAT, limits};
use crate::events::{Batch, Catalog};
use crate::memory::Memory;
use crate::model::{ProcessInfo, SubscriptionStats, TracepointInfo};
use crate::schema::Schema;

/// What is in a complete recording.
///
/// ```no_run
/// let reader = tracepoint_ipc::recording::Reader::open("net.rec")?;
/// match reader.totals() {
///     Some(totals) => println!("{} events, {} lost", totals.events, totals.stats.lost().total()),
///     None => println!("the recording was cut, or is still being written"),
/// }
/// # Ok::<(), tracepoint_ipc::recording::ReadError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Totals {
    /// Batches in the file.
    pub batches: u64,
    /// Events in the file.
    pub events: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// When the recording ended: nanoseconds, on the same clock as the events.
    pub ended: u64,
    /// The counts of the subscription at that time.
    pub stats: SubscriptionStats,
}

/// Reads a recording, as an iterator over its batches: those that were written, or longer ones.
///
/// After the last item, [`cut`](Self::cut) tells if something is missing. An error is the last item; what comes
/// before it can be relied on.
///
/// ```no_run
/// use tracepoint_ipc::recording::Reader;
///
/// let mut reader = Reader::open("net.rec")?;
/// reader.select(["net:*_message"]);
/// let began = reader.header().began;
/// reader.between(began + 10_000_000_000..=u64::MAX)?; // without the first ten seconds
/// for batch in &mut reader {
///     for event in batch?.events() {
///         println!("{:?}", event?);
///     }
/// }
/// if let Some(cut) = reader.cut() {
///     eprintln!("{cut}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Reader<R = File> {
    source: Source<R>,
    header: Header,
    catalog: Arc<Catalog>,
    /// Where the first batch is.
    start: u64,
    totals: Option<Totals>,
    spans: Option<Vec<Span>>,
    selection: Selection,
    /// Behind this place, nothing is wanted.
    stop: u64,
    /// Threads that the next batch has to tell of.
    threads: Vec<ThreadInfo>,
    memory: Arc<Memory>,
    cut: Option<Cut>,
    has_ended: bool,
}

impl Reader {
    /// Opens a recording.
    ///
    /// # Errors
    /// The file cannot be read, or is no recording, or ends before its first event.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        Self::new(File::open(path)?)
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Reads a recording from its beginning. What is appended to it later is not seen.
    ///
    /// # Errors
    /// As for [`open`](Reader::open).
    pub fn new(file: R) -> Result<Self, ReadError> {
        let mut source = Source::new(file)?;
        let opening = opening(&mut source)?;
        if opening.format != FORMAT {
            return Err(ReadError::Version { format: opening.format });
        }
        let catalog =
            opening.definitions.add_to(&Catalog::default()).map_err(|error| ReadError::damaged(0, error))?;
        let start = source.at();
        let footer = footer(&mut source, start)?;
        source.seek(start)?;
        let (totals, spans) = footer.unzip();
        let mut reader = Self {
            source,
            threads: opening.header.threads.clone(),
            header: opening.header,
            catalog: Arc::new(catalog),
            start,
            totals,
            spans: None,
            selection: Selection::default(),
            stop: u64::MAX,
            memory: Arc::default(),
            cut: None,
            has_ended: false,
        };
        if let Some(spans) = spans {
            reader.use_index(spans)?;
        }
        Ok(reader)
    }

    /// What the recording says about itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The process that was traced.
    pub fn info(&self) -> &ProcessInfo {
        &self.header.info
    }

    /// Tracepoints and types: all of them if the recording is complete, or after [`spans`](Self::spans), else those
    /// that were read so far.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The tracepoints of the process, as [`catalog`](Self::catalog) has them. Those that were recorded are those
    /// that match the patterns of the [header](Self::header).
    pub fn tracepoints(&self) -> &[TracepointInfo] {
        self.catalog.tracepoints()
    }

    /// The types of all events, as [`catalog`](Self::catalog) has them.
    pub fn schema(&self) -> &Arc<Schema> {
        self.catalog.schema().expect("recordings have a schema")
    }

    /// What is in the recording; `None` if it lacks its end.
    pub fn totals(&self) -> Option<&Totals> {
        self.totals.as_ref()
    }

    /// The final counts of the subscription; `None` if the recording lacks its end.
    pub fn stats(&self) -> Option<&SubscriptionStats> {
        self.totals.as_ref().map(|totals| &totals.stats)
    }

    /// What is missing at the end of the file. Known when all batches were read.
    pub fn cut(&self) -> Option<Cut> {
        self.cut
    }

    /// What lies where. If the recording lacks its index, a small part of each batch is read, once. Then all
    /// tracepoints and types are known.
    ///
    /// # Errors
    /// The file cannot be read. If it is damaged somewhere, what lies behind that is missing.
    pub fn spans(&mut self) -> Result<&[Span], ReadError> {
        if self.spans.is_none() {
            let at = self.source.at();
            let made = self.make_index();
            self.source.seek(at)?;
            self.spans = Some(made?);
        }
        Ok(self.spans.as_deref().unwrap_or_default())
    }

    /// From now on, returns only events whose names match one of these patterns, with `*` for any number of
    /// characters.
    pub fn select<P: Into<String>>(&mut self, patterns: impl IntoIterator<Item = P>) {
        self.selection.set_patterns(patterns.into_iter().map(Into::into).collect(), &self.catalog);
    }

    /// From now on, returns only events that match a predicate over their fields, as `size > 1000 && message_type ==
    /// "block"`: see [`Filter`](tracepoint_core::Filter). It chooses the events that
    /// [`Request::filter`](crate::Request::filter) would have chosen in the traced process.
    ///
    /// # Errors
    /// It makes no sense for the events of a tracepoint that was recorded and is [selected](Self::select), as far as
    /// these are known: see [`catalog`](Self::catalog). Events of those that become known later, and do not have the
    /// fields, are left out.
    pub fn select_where(&mut self, predicate: &str) -> Result<(), FilterError> {
        let Selection { choice, patterns, .. } = &mut self.selection;
        let recorded = |name| matches(&self.header.patterns, name);
        let selected = |name| patterns.as_ref().is_none_or(|patterns| matches(patterns, name));
        let tracepoints = self.catalog.tracepoints().iter();
        let tracepoints = tracepoints.filter(|it| recorded(it.full_name()) && selected(it.full_name()));
        choice.set_filter(predicate, &self.catalog, tracepoints)
    }

    /// From now on, returns one of `every` events that match, of each tracepoint. 0 and 1: all.
    pub fn sample(&mut self, every: u32) {
        self.selection.choice.set_sample(every);
    }

    /// From now on, returns at most so many events in a second of their time, of each tracepoint. 0: all.
    pub fn rate(&mut self, per_second: u32) {
        self.selection.choice.set_rate(per_second);
    }

    /// How many events of a tracepoint were left out so far by [`select_where`](Self::select_where), [`sample`](Self::sample) and
    /// [`rate`](Self::rate).
    #[must_use]
    pub fn left_out(&self, tag: u16) -> LeftOut {
        self.selection.choice.left_out(tag)
    }

    /// Returns only events of these times, from the first one on.
    ///
    /// # Errors
    /// As for [`spans`](Self::spans).
    pub fn between(&mut self, times: RangeInclusive<u64>) -> Result<(), ReadError> {
        let end = index::ends_at(self.spans()?, *times.end());
        self.seek_to(*times.start())?;
        self.stop = self.spans.as_ref().and_then(|spans| spans.get(end)).map_or(u64::MAX, |span| span.offset);
        self.selection.times = times;
        Ok(())
    }

    /// Goes to the first batch that may have events of this time or later. The threads that appeared before it come
    /// with the next batch. All later events are returned, and perhaps some earlier ones.
    ///
    /// # Errors
    /// As for [`spans`](Self::spans).
    pub fn seek_to(&mut self, time: u64) -> Result<(), ReadError> {
        let place = index::starts_at(self.spans()?, time);
        let spans = self.spans.as_deref().unwrap_or_default();
        let offset = match (spans.get(place), spans.last()) {
            (Some(span), _) => span.offset,
            // To the end. Whether something is missing there is seen by reading what is last.
            (None, Some(last)) => last.offset,
            (None, None) => self.start,
        };
        self.threads = self.header.threads.clone();
        let before = spans.iter().zip(ends(spans, self.source.len())).filter(|(span, _)| span.threads);
        for (span, end) in before.take_while(|(span, _)| span.offset < offset) {
            scan(&mut self.source, span.offset..end, |_, head| {
                self.threads.append(&mut head.threads);
                Ok(())
            })?;
        }
        self.source.seek(offset)?;
        self.stop = u64::MAX;
        self.selection.times = 0..=u64::MAX;
        self.cut = None;
        self.has_ended = false;
        Ok(())
    }

    /// Looks at the beginning of each batch.
    fn make_index(&mut self) -> Result<Vec<Span>, ReadError> {
        let mut index = Index::default();
        let mut catalog = self.catalog.clone();
        scan(&mut self.source, self.start..u64::MAX, |at, head| {
            let span = head.span(at);
            define(&mut catalog, head, at)?;
            index.push(span);
            Ok(())
        })?;
        self.set_catalog(catalog);
        Ok(index.into_spans())
    }

    /// Takes over the index of the file, and learns what batches define.
    fn use_index(&mut self, spans: Vec<Span>) -> Result<(), ReadError> {
        let mut catalog = self.catalog.clone();
        for (span, end) in spans.iter().zip(ends(&spans, self.source.len())) {
            if span.definitions {
                scan(&mut self.source, span.offset..end, |at, head| define(&mut catalog, head, at))?;
            }
        }
        self.set_catalog(catalog);
        self.spans = Some(spans);
        Ok(self.source.seek(self.start)?)
    }

    fn set_catalog(&mut self, catalog: Arc<Catalog>) {
        self.catalog = catalog;
        self.selection.update(&self.catalog);
    }

    /// The next batch in which something is wanted.
    fn read_batch(&mut self) -> Result<Option<Batch>, ReadError> {
        while self.source.at() < self.stop {
            let at = self.source.at();
            let message = match self.source.message()? {
                Found::Message(message) => message,
                Found::End | Found::Cut => return Ok(self.cut_at(at, 0)),
            };
            match decode::read(&message).map_err(|error| ReadError::damaged(at, error))? {
                Said::Batch(head) if head.bytes > self.source.left() => {
                    return Ok(self.cut_at(at, head.count));
                }
                Said::Batch(head) => {
                    if let Some(batch) = self.take(head, at)? {
                        return Ok(Some(batch));
                    }
                }
                Said::End(_) if self.source.left() == 0 => return Ok(None),
                Said::End(_) => {
                    return Err(ReadError::damaged(self.source.at(), "there is more behind its end"));
                }
                Said::Header(_) => return Err(ReadError::damaged(at, "another recording begins")),
                Said::Footer(_) | Said::Unknown => {}
            }
        }
        Ok(None)
    }

    /// Reads the events of a batch; `None` if nothing in it is wanted.
    fn take(&mut self, mut head: Head, at: u64) -> Result<Option<Batch>, ReadError> {
        let Some(len) = usize::try_from(head.bytes).ok().filter(|len| *len <= limits::BATCH_BYTES) else {
            return Err(ReadError::damaged(at, format!("a batch of {} bytes", head.bytes)));
        };
        let mut bytes = self.memory.fill(len, |bytes| self.source.read(bytes))?;
        if !cfg!(fuzzing) && crc32fast::hash(&bytes) != head.checksum {
            let what = format!("a batch of {} events with a wrong checksum", head.count);
            return Err(ReadError::damaged(at, what));
        }
        let mut catalog = self.catalog.clone();
        define(&mut catalog, &mut head, at)?;
        if !Arc::ptr_eq(&catalog, &self.catalog) {
            self.set_catalog(catalog);
        }
        self.threads.append(&mut head.threads);
        self.selection.gaps(&mut head.gaps);
        let count = self.selection.events(&mut bytes, head.count, head.times, &self.catalog);
        if count == 0 && head.gaps.is_empty() {
            return Ok(None);
        }
        let threads = std::mem::take(&mut self.threads);
        Ok(Some(Batch { bytes, count, gaps: head.gaps, threads, catalog: self.catalog.clone() }))
    }

    /// Notes that the file ends where it should not.
    fn cut_at(&mut self, at: u64, events: u32) -> Option<Batch> {
        self.cut = Some(Cut { at, bytes: self.source.len().saturating_sub(at), events });
        None
    }
}

impl<R: Read + Seek> Iterator for Reader<R> {
    type Item = Result<Batch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let batch = self.read_batch().transpose();
        self.has_ended = !matches!(batch, Some(Ok(_)));
        batch
    }
}

impl<R: Read + Seek> FusedIterator for Reader<R> {}

/// Reads the header.
fn opening<R: Read + Seek>(source: &mut Source<R>) -> Result<Box<Opening>, ReadError> {
    let len = source.len();
    let mut start = [0; 56];
    let known = &mut start[..usize::try_from(len).map_or(56, |len| len.min(56))];
    source.read(known)?;
    if !message::is_recording(known) {
        return Err(ReadError::NotARecording);
    }
    source.seek(0)?;
    let Found::Message(message) = source.message()? else { return Err(ReadError::NoHeader { len }) };
    match decode::read(&message).map_err(|error| ReadError::damaged(0, error))? {
        Said::Header(opening) => Ok(opening),
        _ => Err(ReadError::NotARecording),
    }
}

/// Reads what is at the end of a complete recording. If it makes no sense, it is as if it were not there: that is told
/// when it is come across.
fn footer<R: Read + Seek>(
    source: &mut Source<R>,
    start: u64,
) -> Result<Option<(Totals, Vec<Span>)>, ReadError> {
    let Some(at) = source.len().checked_sub(LEAST_BYTES as u64).filter(|at| *at > start) else {
        return Ok(None);
    };
    source.seek(at)?;
    let Some(Said::End(offset)) = said(source)? else { return Ok(None) };
    if offset < start || offset >= at {
        return Ok(None);
    }
    source.seek(offset)?;
    match said(source)? {
        Some(Said::Footer(footer)) if index::is_sound(&footer.1, start, offset) => Ok(Some(*footer)),
        _ => Ok(None),
    }
}

/// What the control message at this place says, if there is one.
fn said<R: Read + Seek>(source: &mut Source<R>) -> Result<Option<Said>, ReadError> {
    match source.message() {
        Ok(Found::Message(message)) => Ok(decode::read(&message).ok()),
        Ok(Found::End | Found::Cut) | Err(ReadError::Damaged { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where each span ends.
fn ends(spans: &[Span], len: u64) -> impl Iterator<Item = u64> {
    spans.iter().skip(1).map(|span| span.offset).chain([len])
}

/// Looks at the beginning of each batch in a part of the file, as far as it can be read.
fn scan<R: Read + Seek>(
    source: &mut Source<R>,
    part: Range<u64>,
    mut look: impl FnMut(u64, &mut Head) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    source.seek(part.start)?;
    while source.at() < part.end {
        let at = source.at();
        let mut head = match said(source)? {
            Some(Said::Batch(head)) if head.bytes <= source.left() => head,
            Some(Said::Footer(_) | Said::Unknown) => continue,
            _ => break,
        };
        match look(at, &mut head) {
            Err(ReadError::Damaged { .. }) => break,
            looked => looked?,
        }
        source.seek(source.at() + head.bytes)?;
    }
    Ok(())
}

/// Adds what a batch defines, unless it is known.
fn define(catalog: &mut Arc<Catalog>, head: &mut Head, at: u64) -> Result<(), ReadError> {
    let new = std::mem::take(&mut head.definitions);
    if new.is_known(catalog) {
        return Ok(());
    }
    *catalog = Arc::new(new.add_to(catalog).map_err(|error| ReadError::damaged(at, error))?);
    Ok(())
}
