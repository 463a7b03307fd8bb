//! From our types to control messages.

use capnp::struct_list;
use tracepoint_core::Registration;

use super::definitions::News;
use super::header::Header;
use super::index::Span;
use crate::model::{ProcessInfo, SubscriptionStats, TracepointInfo};
use crate::recording_capnp::{definitions, recorded_span, recording_header};
use crate::tracing_capnp as wire;
use crate::wire::write::{self, len};

/// The library that writes the file.
const WRITER: &str = concat!("tracepoints ", env!("CARGO_PKG_VERSION"));

pub(super) fn header(mut to: recording_header::Builder<'_>, header: &Header, news: &News<'_>) {
    to.set_format(super::FORMAT);
    to.set_writer(WRITER);
    to.set_part(header.part);
    process(to.reborrow().init_process(), &header.info);
    let mut patterns = to.reborrow().init_patterns(len(&header.patterns));
    for (at, pattern) in (0..).zip(&header.patterns) {
        patterns.set(at, pattern);
    }
    write::threads(to.reborrow().init_threads(len(&header.threads)), &header.threads);
    definitions(to.init_definitions(), news);
}

fn process(mut to: wire::process_info::Builder<'_>, info: &ProcessInfo) {
    to.set_name(&info.name);
    to.set_pid(info.pid);
    to.set_executable(&info.executable);
    to.set_version(&info.version);
    to.set_protocol(info.protocol);
    to.set_started(info.started);
    to.set_utc_offset(info.utc_offset);
    to.set_clock(&info.clock);
    to.set_tracepoints(info.tracepoints);
    to.set_subscriptions(info.subscriptions);
}

pub(super) fn definitions(mut to: definitions::Builder<'_>, news: &News<'_>) {
    let mut tracepoints = to.reborrow().init_tracepoints(len(&news.tracepoints));
    for (at, info) in (0..).zip(&news.tracepoints) {
        tracepoint(tracepoints.reborrow().get(at), info);
    }
    let mut nodes = to.init_nodes(len(&news.nodes));
    for (at, node) in (0..).zip(&news.nodes) {
        nodes.set(at, node);
    }
}

fn tracepoint(mut to: wire::tracepoint::Builder<'_>, info: &TracepointInfo) {
    to.set_tag(info.tag);
    to.set_type_id(info.type_id);
    to.set_provider(&info.provider);
    to.set_name(&info.name);
    to.set_doc(&info.doc);
    to.set_file(&info.file);
    to.set_line(info.line);
    to.set_enabled(info.enabled);
    to.set_registered(match info.registered {
        Registration::Startup => wire::Registration::Startup,
        Registration::FirstHit => wire::Registration::FirstHit,
        Registration::RunTime => wire::Registration::RunTime,
    });
}

pub(super) fn stats(mut to: wire::subscription_stats::Builder<'_>, stats: &SubscriptionStats) {
    to.set_queued_bytes(stats.queued_bytes);
    to.set_queue_bytes(stats.queue_bytes);
    let mut list = to.init_tracepoints(len(&stats.tracepoints));
    for (at, counts) in (0..).zip(&stats.tracepoints) {
        let mut to = list.reborrow().get(at);
        to.set_tag(counts.tag);
        to.set_offered(counts.offered);
        to.set_delivered(counts.delivered);
        to.set_delivered_bytes(counts.delivered_bytes);
        to.set_filtered(counts.filtered);
        to.set_sampled_out(counts.sampled_out);
        write::lost(to.init_lost(), counts.lost);
    }
}

pub(super) fn spans(mut to: struct_list::Builder<'_, recorded_span::Owned>, spans: &[Span]) {
    for (at, span) in (0..).zip(spans) {
        let mut to = to.reborrow().get(at);
        to.set_offset(span.offset);
        to.set_events(span.events);
        to.set_first(span.first);
        to.set_last(span.last);
        to.set_threads(span.threads);
        to.set_definitions(span.definitions);
    }
}
