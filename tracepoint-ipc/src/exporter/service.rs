//! The interface that clients see.

use std::rc::Rc;
use std::time::Duration;

use capnp::Error;
use tracepoint_core::{Subscription, Tracepoint, clock, pool};

use super::connection::Connection;
use super::lease::Lease;
use super::{PROTOCOL, pump};
use crate::schema;
use crate::socket::platform;
use crate::tracing_capnp::{Policy, request, subscription, tracing};
use crate::wire::write;

/// The bootstrap interface of one connection.
pub(super) struct TracingService {
    connection: Rc<Connection>,
}

impl TracingService {
    pub(super) fn new(connection: Rc<Connection>) -> Self {
        Self { connection }
    }
}

impl tracing::Server for TracingService {
    async fn info(
        self: Rc<Self>,
        _: tracing::InfoParams,
        mut results: tracing::InfoResults,
    ) -> Result<(), Error> {
        self.connection.called();
        let node = &self.connection.node;
        let mut info = results.get().init_info();
        info.set_name(&node.name);
        info.set_pid(std::process::id());
        if let Ok(executable) = std::env::current_exe() {
            info.set_executable(executable.to_string_lossy());
        }
        info.set_version(env!("CARGO_PKG_VERSION"));
        info.set_protocol(PROTOCOL);
        info.set_started(node.started);
        info.set_utc_offset(clock::utc_offset());
        info.set_clock(clock::source());
        info.set_tracepoints(write::len(&tracepoint_core::tracepoints()));
        info.set_subscriptions(small(node.counters.subscriptions()));
        Ok(())
    }

    async fn tracepoints(
        self: Rc<Self>,
        _: tracing::TracepointsParams,
        mut results: tracing::TracepointsResults,
    ) -> Result<(), Error> {
        self.connection.called();
        let tracepoints = tracepoint_core::tracepoints();
        write::tracepoints(results.get().init_tracepoints(write::len(&tracepoints)), &tracepoints);
        Ok(())
    }

    async fn get_schema(
        self: Rc<Self>,
        _: tracing::GetSchemaParams,
        mut results: tracing::GetSchemaResults,
    ) -> Result<(), Error> {
        self.connection.called();
        let descriptors: Vec<_> =
            tracepoint_core::tracepoints().into_iter().map(Tracepoint::descriptor).collect();
        let emitted = schema::emit(&descriptors);
        let mut results = results.get();
        results.set_event_id(emitted.event_id);
        let mut nodes = results.init_nodes(write::len(&emitted.nodes));
        for (at, node) in (0..).zip(&emitted.nodes) {
            nodes.set(at, node);
        }
        Ok(())
    }

    async fn subscribe(
        self: Rc<Self>,
        params: tracing::SubscribeParams,
        mut results: tracing::SubscribeResults,
    ) -> Result<(), Error> {
        self.connection.called();
        let connection = &self.connection;
        if !connection.has_room() {
            let limit = connection.node.settings.max_subscriptions;
            return Err(Error::overloaded(format!(
                "this connection has {limit} subscriptions already, which is the limit: close one, or connect again"
            )));
        }
        let params = params.get()?;
        let sink = params.get_sink()?;
        let subscription = subscribe(params.get_request()?)?;
        let matched = write::tags(&subscription.tracepoints());
        connection.node.ticker.prepare().map_err(unable)?;
        let lease = Lease::new(subscription, &connection.node);
        connection.add_lease(&lease);
        let service = SubscriptionService { lease: lease.clone(), connection: connection.clone() };
        pump::spawn(&lease, sink, connection);
        let mut results = results.get();
        results.set_subscription(capnp_rpc::new_client(service));
        set_tags(results.init_tracepoints(write::len(&matched)), &matched);
        Ok(())
    }

    async fn stats(
        self: Rc<Self>,
        _: tracing::StatsParams,
        mut results: tracing::StatsResults,
    ) -> Result<(), Error> {
        self.connection.called();
        let counters = &self.connection.node.counters;
        let pool = pool::stats();
        let mut stats = results.get().init_stats();
        stats.set_pool_bytes(pool.bytes as u64);
        stats.set_pool_used_bytes(pool.used_bytes as u64);
        stats.set_threads(small(pool.rings));
        stats.set_connections(small(counters.connections()));
        stats.set_subscriptions(small(counters.subscriptions()));
        stats.set_cpu_nanos(platform::cpu_nanos());
        Ok(())
    }
}

/// One subscription, as its client sees it. Released when the client does so, or goes.
struct SubscriptionService {
    lease: Rc<Lease>,
    connection: Rc<Connection>,
}

impl Drop for SubscriptionService {
    fn drop(&mut self) {
        self.lease.cancel();
    }
}

impl subscription::Server for SubscriptionService {
    async fn stats(
        self: Rc<Self>,
        _: subscription::StatsParams,
        mut results: subscription::StatsResults,
    ) -> Result<(), Error> {
        self.connection.called();
        let stats = self.lease.stats().ok_or_else(ended)?;
        write::stats(results.get().init_stats(), &stats);
        Ok(())
    }

    async fn update(
        self: Rc<Self>,
        params: subscription::UpdateParams,
        mut results: subscription::UpdateResults,
    ) -> Result<(), Error> {
        self.connection.called();
        let patterns = patterns(params.get()?.get_request()?)?;
        let update = |subscription: &mut Subscription| {
            subscription.update(&patterns).map(|()| write::tags(&subscription.tracepoints()))
        };
        let matched = self.lease.with(update).ok_or_else(ended)?.map_err(refused)?;
        set_tags(results.get().init_tracepoints(write::len(&matched)), &matched);
        Ok(())
    }

    async fn close(
        self: Rc<Self>,
        _: subscription::CloseParams,
        mut results: subscription::CloseResults,
    ) -> Result<(), Error> {
        self.connection.called();
        self.lease.begin_close("");
        self.lease.wait_ended().await;
        let stats = self.lease.stats().ok_or_else(ended)?;
        write::stats(results.get().init_stats(), &stats);
        Ok(())
    }
}

fn subscribe(request: request::Reader<'_>) -> Result<Subscription, Error> {
    let mut builder =
        Subscription::builder().patterns(patterns(request)?).allow_empty(request.get_allow_empty());
    if let Some(bytes) = set(request.get_queue_bytes()) {
        builder = builder.queue_bytes(bytes);
    }
    if let Some(bytes) = set(request.get_batch_bytes().into()) {
        builder = builder.batch_bytes(bytes);
    }
    if request.get_flush_nanos() > 0 {
        builder = builder.flush_interval(Duration::from_nanos(request.get_flush_nanos()));
    }
    let filter = request.get_filter()?.to_str()?;
    if !filter.is_empty() {
        builder = builder.filter(filter);
    }
    let policy = match request.get_policy() {
        Ok(Policy::DropNewest) => tracepoint_core::Policy::DropNewest,
        Ok(Policy::KeepNewest) => tracepoint_core::Policy::KeepNewest,
        Err(_) => {
            return Err(refused("a policy that this process does not know: it is older than its client"));
        }
    };
    builder.policy(policy).sample(request.get_sample()).rate(request.get_rate()).start().map_err(refused)
}

fn patterns(request: request::Reader<'_>) -> Result<Vec<&str>, Error> {
    request.get_patterns()?.iter().map(|pattern| Ok(pattern?.to_str()?)).collect()
}

/// A limit that the client has set; 0 stands for the default.
fn set(value: u64) -> Option<usize> {
    (value > 0).then(|| usize::try_from(value).unwrap_or(usize::MAX))
}

fn set_tags(mut list: capnp::primitive_list::Builder<'_, u16>, tags: &[u16]) {
    for (at, &tag) in (0..).zip(tags) {
        list.set(at, tag);
    }
}

fn refused(error: impl std::fmt::Display) -> Error {
    Error::failed(error.to_string())
}

fn unable(error: std::io::Error) -> Error {
    Error::overloaded(format!(
        "the process cannot read its tracepoints, as the system refuses it a timer or a socket ({error}): it may have \
         too many files open"
    ))
}

fn ended() -> Error {
    Error::failed("the subscription has ended".to_owned())
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
