//! Writes recordings.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use tracepoint_core::{Gap, ThreadInfo, clock};

use super::definitions::News;
use super::header::Header;
use super::index::{Index, Span};
use super::tally::{self, Tally};
use super::{encode, limits, message};
use crate::events::{Batch, Catalog};
use crate::model::SubscriptionStats;
use crate::wire::write;

/// Batches of a stream are short while little happens. They are put together up to this size.
const BATCH_BYTES: usize = 64 << 10;

/// Writes the batches of a stream into a file, or anything else.
///
/// What has to be kept is written with [`flush`](Self::flush), and a recording is complete after
/// [`finish`](Self::finish). Without it, as when the program is killed, it lacks its final counts and its index,
/// and is read all the same.
///
/// Each batch is written with a few large calls: `W` needs no buffer.
///
/// ```no_run
/// use tracepoint_ipc::recording::{Header, Reader, Writer};
///
/// // What concerns one provider, out of a larger recording.
/// let mut reader = Reader::open("all.rec")?;
/// reader.select(["net:*"]);
/// let header = reader.header().clone().patterns(["net:*"]);
/// let mut writer = Writer::create("net.rec", &header, reader.catalog())?;
/// for batch in reader {
///     writer.write(&batch?)?;
/// }
/// writer.finish(None)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Writer<W: Write = File> {
    out: W,
    /// Bytes up to the end of the last batch that is whole.
    written: u64,
    /// What the recording defines so far.
    catalog: Arc<Catalog>,
    open: Open,
    tally: Tally,
    index: Index,
    /// Time of the latest event.
    latest: u64,
    /// When the recording ended, if not now.
    ended: Option<u64>,
    has_failed: bool,
}

/// A batch that is not written yet.
#[derive(Debug, Default)]
struct Open {
    events: Vec<u8>,
    count: u32,
    gaps: Vec<Gap>,
    threads: Vec<ThreadInfo>,
    /// If it brings news.
    catalog: Option<Arc<Catalog>>,
}

impl Writer {
    /// Begins a recording in a new file.
    ///
    /// # Errors
    /// There is a file of this name, or it cannot be written, or `catalog` comes from a stream
    /// [without schema](crate::Request::without_schema).
    pub fn create(path: impl AsRef<Path>, header: &Header, catalog: &Arc<Catalog>) -> io::Result<Self> {
        Self::new(File::options().write(true).create_new(true).open(path)?, header, catalog)
    }

    /// Writes what has come so far, and waits until the disk has it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn sync(&mut self) -> io::Result<()> {
        self.flush()?;
        self.out.sync_data()
    }

    /// After a write has failed: leaves what was written up to the last whole batch, with final counts about it
    /// if there is room for them.
    ///
    /// # Errors
    /// There is not even room for these. The recording is as readable as one that was cut.
    pub fn salvage(mut self) -> io::Result<()> {
        self.open = Open::default();
        self.has_failed = false;
        let written = self.written;
        self.out.set_len(written)?;
        self.out.seek(SeekFrom::Start(written))?;
        self.write_end(None).or_else(|error| self.out.set_len(written).and(Err(error)))
    }
}

impl<W: Write> Writer<W> {
    /// Begins a recording.
    ///
    /// # Errors
    /// It cannot be written, or `catalog` comes from a stream [without schema](crate::Request::without_schema).
    pub fn new(mut out: W, header: &Header, catalog: &Arc<Catalog>) -> io::Result<Self> {
        if catalog.schema().is_none() {
            let text = "a stream without schema cannot be recorded: leave out Request::without_schema";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let none = Catalog::default();
        let news = News::since(&none, catalog);
        let bytes = message::build(header.began, |to| encode::header(to.init_header(), header, &news))?;
        out.write_all(&bytes)?;
        Ok(Self {
            out,
            written: bytes.len() as u64,
            catalog: catalog.clone(),
            open: Open::default(),
            tally: Tally::default(),
            index: Index::default(),
            latest: header.began,
            ended: None,
            has_failed: false,
        })
    }

    /// Adds a batch. Small ones may wait for others until the next [`flush`](Self::flush).
    ///
    /// # Errors
    /// Something cannot be written. Nothing can be added to the recording after that.
    pub fn write(&mut self, batch: &Batch) -> io::Result<()> {
        if batch.bytes().len() > limits::BATCH_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the batch is too large for a recording",
            ));
        }
        let has_news = !Arc::ptr_eq(batch.catalog(), &self.catalog);
        let is_full = self.open.events.len() + batch.bytes().len() > BATCH_BYTES;
        // Gaps are what was lost before a batch, and news are for what is in it.
        if has_news || is_full || !batch.gaps().is_empty() {
            self.flush()?;
        }
        self.open.gaps.extend_from_slice(batch.gaps());
        self.open.threads.extend_from_slice(batch.threads());
        self.open.count += batch.count();
        if has_news {
            self.open.catalog = Some(batch.catalog().clone());
        }
        if batch.bytes().len() < BATCH_BYTES {
            self.open.events.extend_from_slice(batch.bytes());
            return Ok(());
        }
        let open = std::mem::take(&mut self.open);
        self.write_batch(&open, batch.bytes())
    }

    /// Writes what has come so far.
    ///
    /// # Errors
    /// It cannot be written. Nothing can be added to the recording after that.
    pub fn flush(&mut self) -> io::Result<()> {
        let mut open = std::mem::take(&mut self.open);
        if open.is_empty() {
            return self.out.flush();
        }
        self.write_batch(&open, &open.events)?;
        self.out.flush()?;
        open.clear();
        self.open = open;
        Ok(())
    }

    fn write_batch(&mut self, open: &Open, events: &[u8]) -> io::Result<()> {
        let news = open.catalog.as_ref().map(|new| News::since(&self.catalog, new)).unwrap_or_default();
        let (first, last) = tally::times(events).unwrap_or((self.latest, self.latest));
        let head = message::build(first, |to| {
            let mut to = to.init_batch();
            to.set_bytes(events.len() as u64);
            to.set_count(open.count);
            to.set_checksum(crc32fast::hash(events));
            to.set_first(first);
            to.set_last(last);
            if !open.gaps.is_empty() {
                write::gaps(to.reborrow().init_gaps(write::len(&open.gaps)), &open.gaps);
            }
            if !open.threads.is_empty() {
                write::threads(to.reborrow().init_threads(write::len(&open.threads)), &open.threads);
            }
            if !news.is_empty() {
                encode::definitions(to.init_definitions(), &news);
            }
        })?;
        let (offset, threads, definitions) = (self.written, !open.threads.is_empty(), !news.is_empty());
        self.put(&[&head, events])?;
        self.tally.batch(events, &open.gaps);
        self.index.push(Span { offset, events: open.count.into(), first, last, threads, definitions });
        self.latest = self.latest.max(last);
        if let Some(catalog) = &open.catalog {
            self.catalog = catalog.clone();
        }
        Ok(())
    }

    /// Writes what belongs together.
    fn put(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        if self.has_failed {
            return Err(io::Error::other("the recording could not be written earlier"));
        }
        for part in parts {
            self.out.write_all(part).inspect_err(|_| self.has_failed = true)?;
        }
        self.written += parts.iter().map(|part| part.len() as u64).sum::<u64>();
        Ok(())
    }

    /// For a copy of an older recording: when that ended. Otherwise a recording ends when it is finished.
    pub fn set_end(&mut self, time: u64) {
        self.ended = Some(time);
    }

    /// Writes what has come so far, final counts and an index, and gives back what was written to. Without
    /// `stats`, those that the process gave at the end, the counts are of what was written.
    ///
    /// # Errors
    /// Something cannot be written. What was written before can be read.
    pub fn finish(mut self, stats: Option<&SubscriptionStats>) -> io::Result<W> {
        self.flush()?;
        self.write_end(stats)?;
        Ok(self.out)
    }

    fn write_end(&mut self, stats: Option<&SubscriptionStats>) -> io::Result<()> {
        let ended = self.ended.unwrap_or_else(clock::now);
        let stats = stats.cloned().unwrap_or_else(|| self.tally.stats());
        let footer = message::build(ended, |to| {
            let mut to = to.init_footer();
            to.set_batches(self.tally.batches);
            to.set_events(self.tally.events);
            to.set_bytes(self.tally.bytes);
            encode::stats(to.reborrow().init_stats(), &stats);
            let spans = self.index.spans();
            encode::spans(to.init_spans(write::len(spans)), spans);
        })?;
        let offset = self.written;
        let end = message::build(ended, |mut to| to.set_end(offset))?;
        self.put(&[&footer, &end])?;
        self.out.flush()
    }

    /// Time of the latest event that was written; that of the beginning if there is none.
    #[must_use]
    pub fn latest(&self) -> u64 {
        self.latest
    }

    /// Whether no batch has come yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.tally.batches == 0
    }

    /// Bytes of events that wait for a [`flush`](Self::flush).
    #[must_use]
    pub fn bytes_pending(&self) -> u64 {
        self.open.events.len() as u64
    }

    /// Bytes that were written.
    #[must_use]
    pub fn bytes_written(&self) -> u64 {
        self.written
    }

    /// What is written to.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        &self.out
    }
}

impl Open {
    fn is_empty(&self) -> bool {
        self.events.is_empty() && self.gaps.is_empty() && self.threads.is_empty() && self.catalog.is_none()
    }

    /// Empties it, and keeps its memory.
    fn clear(&mut self) {
        let events = std::mem::take(&mut self.events);
        *self = Self { events, ..Self::default() };
        self.events.clear();
    }
}
