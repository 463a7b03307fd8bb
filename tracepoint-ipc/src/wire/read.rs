//! The side of the client: from messages, which may come from a hostile process, to owned types.

use std::sync::Arc;

use capnp::struct_list;
use tracepoint_core::{Gap, Lost, Registration, ThreadInfo};

use crate::events::{Batch, Catalog};
use crate::model::{ExporterStats, ProcessInfo, SubscriptionStats, TracepointInfo, TracepointStats};
use crate::rpc::Arrivals;
use crate::tracing_capnp as wire;

pub(crate) fn process(from: wire::process_info::Reader<'_>) -> capnp::Result<ProcessInfo> {
    Ok(ProcessInfo {
        name: text(from.get_name()?)?,
        pid: from.get_pid(),
        executable: text(from.get_executable()?)?,
        version: text(from.get_version()?)?,
        protocol: from.get_protocol(),
        started: from.get_started(),
        utc_offset: from.get_utc_offset(),
        clock: text(from.get_clock()?)?,
        tracepoints: from.get_tracepoints(),
        subscriptions: from.get_subscriptions(),
    })
}

pub(crate) fn exporter(from: wire::exporter_stats::Reader<'_>) -> ExporterStats {
    ExporterStats {
        pool_bytes: from.get_pool_bytes(),
        pool_used_bytes: from.get_pool_used_bytes(),
        threads: from.get_threads(),
        connections: from.get_connections(),
        subscriptions: from.get_subscriptions(),
        cpu_nanos: from.get_cpu_nanos(),
    }
}

pub(crate) fn tracepoints(
    from: struct_list::Reader<'_, wire::tracepoint::Owned>,
) -> capnp::Result<Vec<TracepointInfo>> {
    bounded(from)?.into_iter().map(tracepoint).collect()
}

fn tracepoint(from: wire::tracepoint::Reader<'_>) -> capnp::Result<TracepointInfo> {
    let (provider, name) = (text(from.get_provider()?)?, text(from.get_name()?)?);
    let mut info = TracepointInfo::new(from.get_tag(), from.get_type_id(), provider, name);
    info.doc = text(from.get_doc()?)?;
    info.file = text(from.get_file()?)?;
    info.line = from.get_line();
    info.enabled = from.get_enabled();
    info.registered = match from.get_registered() {
        Ok(wire::Registration::Startup) => Registration::Startup,
        Ok(wire::Registration::FirstHit) => Registration::FirstHit,
        Ok(wire::Registration::RunTime) | Err(_) => Registration::RunTime,
    };
    Ok(info)
}

/// Structs in a list from another process. A list of structs of no size may be of any length in next to no bytes,
/// whereas each becomes a struct here. Tags have 16 bits, and no batch has as many new threads.
const MOST: u32 = 1 << 16;

fn bounded<T: capnp::traits::OwnedStruct>(
    list: struct_list::Reader<'_, T>,
) -> capnp::Result<struct_list::Reader<'_, T>> {
    let len = list.len();
    if len > MOST {
        return Err(capnp::Error::failed(format!("a list of {len} structs, which is more than {MOST}")));
    }
    Ok(list)
}

/// Takes a batch out of its message. The catalog is filled in when the batch is handed on.
pub(crate) fn batch(from: wire::batch::Reader<'_>, arrivals: &Arrivals) -> capnp::Result<(Batch, u32)> {
    let batch = Batch {
        bytes: arrivals.keep(from.get_events()?),
        count: from.get_count(),
        gaps: gaps(from.get_gaps()?)?,
        threads: threads(from.get_threads()?)?,
        catalog: Arc::new(Catalog::default()),
    };
    Ok((batch, from.get_tracepoints()))
}

pub(crate) fn gaps(from: struct_list::Reader<'_, wire::gap::Owned>) -> capnp::Result<Vec<Gap>> {
    let gaps =
        bounded(from)?.into_iter().map(|gap| Ok(Gap { tag: gap.get_tag(), lost: lost(gap.get_lost()?) }));
    gaps.collect()
}

pub(crate) fn threads(from: struct_list::Reader<'_, wire::thread::Owned>) -> capnp::Result<Vec<ThreadInfo>> {
    let threads = bounded(from)?.into_iter().map(|thread| {
        Ok(ThreadInfo { id: thread.get_id(), os_id: thread.get_os_id(), name: text(thread.get_name()?)? })
    });
    threads.collect()
}

fn lost(from: wire::lost::Reader<'_>) -> Lost {
    Lost {
        ring_full: from.get_ring_full(),
        too_large: from.get_too_large(),
        nested: from.get_nested(),
        thread_gone: from.get_thread_gone(),
        queue_full: from.get_queue_full(),
    }
}

pub(crate) fn stats(from: wire::subscription_stats::Reader<'_>) -> capnp::Result<SubscriptionStats> {
    let tracepoints = bounded(from.get_tracepoints()?)?.into_iter().map(|counts| {
        Ok(TracepointStats {
            tag: counts.get_tag(),
            offered: counts.get_offered(),
            delivered: counts.get_delivered(),
            delivered_bytes: counts.get_delivered_bytes(),
            filtered: counts.get_filtered(),
            sampled_out: counts.get_sampled_out(),
            lost: lost(counts.get_lost()?),
        })
    });
    Ok(SubscriptionStats {
        tracepoints: tracepoints.collect::<capnp::Result<_>>()?,
        queued_bytes: from.get_queued_bytes(),
        queue_bytes: from.get_queue_bytes(),
    })
}

pub(crate) fn nodes(from: capnp::data_list::Reader<'_>) -> capnp::Result<Vec<Vec<u8>>> {
    from.iter().map(|node| Ok(node?.to_vec())).collect()
}

pub(crate) fn text(from: capnp::text::Reader<'_>) -> capnp::Result<String> {
    Ok(from.to_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use capnp::message::{Reader, ReaderOptions, SegmentArray};

    use super::*;

    /// A message that is a list of so many structs of no size, and what it is read as.
    fn read_many(structs: u32) -> capnp::Result<Vec<TracepointInfo>> {
        let of_structs = 1 | 7_u64 << 32;
        let segment = [of_structs.to_le_bytes(), u64::from(structs << 2).to_le_bytes()].concat();
        let segments = [&*segment];
        tracepoints(Reader::new(SegmentArray::new(&segments), ReaderOptions::new()).get_root()?)
    }

    #[test]
    fn lists_of_structs_of_no_size_take_little_memory() {
        assert_eq!(read_many(MOST).unwrap().len(), MOST as usize);
        let error = read_many(MOST + 1).unwrap_err().to_string();
        assert!(error.contains("65537 structs"), "{error}");
    }
}
