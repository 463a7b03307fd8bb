//! The side of the exporter: from what the core counts to messages.

use capnp::struct_list;
use tracepoint_core::{Batch, Gap, Lost, Registration, SubscriptionStats, ThreadInfo, Tracepoint};

use crate::tracing_capnp as wire;

/// Lists all tracepoints. Their tags are their positions, counted from 1.
pub(crate) fn tracepoints(
    mut to: struct_list::Builder<'_, wire::tracepoint::Owned>,
    tracepoints: &[&'static Tracepoint],
) {
    for (at, tracepoint) in (0..).zip(tracepoints) {
        let descriptor = tracepoint.descriptor();
        let mut to = to.reborrow().get(at);
        to.set_tag(u16::try_from(at + 1).unwrap_or(0));
        to.set_type_id(descriptor.type_id);
        to.set_provider(descriptor.provider);
        to.set_name(descriptor.name);
        to.set_doc(descriptor.doc);
        to.set_file(descriptor.file);
        to.set_line(descriptor.line);
        to.set_registered(match tracepoint.registration() {
            Registration::Startup => wire::Registration::Startup,
            Registration::FirstHit => wire::Registration::FirstHit,
            Registration::RunTime => wire::Registration::RunTime,
        });
        to.set_enabled(tracepoint.is_enabled());
    }
}

/// The tags of some tracepoints.
pub(crate) fn tags(of: &[&'static Tracepoint]) -> Vec<u16> {
    of.iter().filter_map(|tracepoint| tracepoint.index()?.checked_add(1)).collect()
}

/// Fills the only argument of `push`, but for the events.
pub(crate) fn batch(mut to: wire::batch::Builder<'_>, batch: &Batch) {
    to.set_count(batch.count);
    to.set_tracepoints(batch.tracepoints);
    if !batch.gaps.is_empty() {
        gaps(to.reborrow().init_gaps(len(&batch.gaps)), &batch.gaps);
    }
    if !batch.threads.is_empty() {
        threads(to.init_threads(len(&batch.threads)), &batch.threads);
    }
}

/// What was lost.
pub(crate) fn gaps(mut to: struct_list::Builder<'_, wire::gap::Owned>, gaps: &[Gap]) {
    for (at, gap) in (0..).zip(gaps) {
        let mut to = to.reborrow().get(at);
        to.set_tag(gap.tag);
        lost(to.init_lost(), gap.lost);
    }
}

/// Some threads.
pub(crate) fn threads(mut to: struct_list::Builder<'_, wire::thread::Owned>, threads: &[ThreadInfo]) {
    for (at, thread) in (0..).zip(threads) {
        let mut to = to.reborrow().get(at);
        to.set_id(thread.id);
        to.set_os_id(thread.os_id);
        to.set_name(&thread.name);
    }
}

/// How much was lost, by cause.
pub(crate) fn lost(mut to: wire::lost::Builder<'_>, lost: Lost) {
    to.set_ring_full(lost.ring_full);
    to.set_too_large(lost.too_large);
    to.set_nested(lost.nested);
    to.set_thread_gone(lost.thread_gone);
    to.set_queue_full(lost.queue_full);
}

/// The counts of a subscription.
pub(crate) fn stats(mut to: wire::subscription_stats::Builder<'_>, stats: &SubscriptionStats) {
    to.set_queued_bytes(stats.queued_bytes as u64);
    to.set_queue_bytes(stats.queue_bytes as u64);
    let mut list = to.init_tracepoints(len(&stats.tracepoints));
    for (at, counts) in (0..).zip(&stats.tracepoints) {
        let mut to = list.reborrow().get(at);
        to.set_tag(counts.tag);
        to.set_offered(counts.offered);
        to.set_delivered(counts.delivered);
        to.set_delivered_bytes(counts.delivered_bytes);
        to.set_filtered(counts.filtered);
        to.set_sampled_out(counts.sampled_out);
        lost(to.init_lost(), counts.lost);
    }
}

/// Lists of tracepoints and threads are far below the limit of a list.
pub(crate) fn len<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
