//! From control messages, which may come from anywhere, to our types.

use tracepoint_core::{Gap, ThreadInfo};

use super::definitions::Definitions;
use super::header::Header;
use super::index::Span;
use super::message::Message;
use super::reader::Totals;
use crate::recording_capnp::{control, recorded_batch, recording_footer, recording_header};
use crate::wire::read;

/// What a control message says.
pub(super) enum Said {
    /// A recording begins.
    Header(Box<Opening>),
    /// Events come.
    Batch(Head),
    /// This is all.
    Footer(Box<(Totals, Vec<Span>)>),
    /// Where the footer is.
    End(u64),
    /// Something that only later versions know.
    Unknown,
}

/// The beginning of a recording.
pub(super) struct Opening {
    pub(super) format: u32,
    pub(super) header: Header,
    pub(super) definitions: Definitions,
}

/// The beginning of a batch.
pub(super) struct Head {
    pub(super) bytes: u64,
    pub(super) count: u32,
    pub(super) checksum: u32,
    /// Times of the earliest and the latest event.
    pub(super) times: (u64, u64),
    pub(super) gaps: Vec<Gap>,
    pub(super) threads: Vec<ThreadInfo>,
    pub(super) definitions: Definitions,
}

impl Head {
    /// The batch as an entry of an index.
    pub(super) fn span(&self, offset: u64) -> Span {
        Span {
            offset,
            events: self.count.into(),
            first: self.times.0,
            last: self.times.1,
            threads: !self.threads.is_empty(),
            definitions: !self.definitions.is_empty(),
        }
    }
}

/// Takes a message apart.
pub(super) fn read(message: &Message) -> capnp::Result<Said> {
    let time = message.time();
    message.open(|control| {
        Ok(match control.which() {
            Ok(control::Header(from)) => Said::Header(Box::new(opening(from?, time)?)),
            Ok(control::Batch(from)) => Said::Batch(head(from?)?),
            Ok(control::Footer(from)) => Said::Footer(Box::new(footer(from?, time)?)),
            Ok(control::End(footer)) => Said::End(footer),
            Err(capnp::NotInSchema(_)) => Said::Unknown,
        })
    })
}

fn opening(from: recording_header::Reader<'_>, began: u64) -> capnp::Result<Opening> {
    let patterns = from.get_patterns()?.iter().map(|pattern| read::text(pattern?));
    let header = Header {
        info: read::process(from.get_process()?)?,
        began,
        patterns: patterns.collect::<capnp::Result<_>>()?,
        part: from.get_part(),
        threads: read::threads(from.get_threads()?)?,
    };
    let definitions = Definitions::read(from.get_definitions()?)?;
    Ok(Opening { format: from.get_format(), header, definitions })
}

fn head(from: recorded_batch::Reader<'_>) -> capnp::Result<Head> {
    Ok(Head {
        bytes: from.get_bytes(),
        count: from.get_count(),
        checksum: from.get_checksum(),
        times: (from.get_first(), from.get_last()),
        gaps: read::gaps(from.get_gaps()?)?,
        threads: read::threads(from.get_threads()?)?,
        definitions: Definitions::read(from.get_definitions()?)?,
    })
}

fn footer(from: recording_footer::Reader<'_>, ended: u64) -> capnp::Result<(Totals, Vec<Span>)> {
    let totals = Totals {
        batches: from.get_batches(),
        events: from.get_events(),
        bytes: from.get_bytes(),
        ended,
        stats: read::stats(from.get_stats()?)?,
    };
    let spans = from.get_spans()?.into_iter().map(|span| Span {
        offset: span.get_offset(),
        events: span.get_events(),
        first: span.get_first(),
        last: span.get_last(),
        threads: span.get_threads(),
        definitions: span.get_definitions(),
    });
    Ok((totals, spans.collect()))
}
