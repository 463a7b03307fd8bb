//! The events of one subscription.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::sink::{Received, Sink};
use super::{CallError, Client, Request, StreamError};
use crate::events::{Batch, Catalog};
use crate::model::SubscriptionStats;
use crate::tracing_capnp::subscription;
use crate::wire::read;

/// A stream of batches; made by [`Client::subscribe`]. Dropping it switches the tracepoints off again.
///
/// Read it steadily: while nobody does, events wait in the traced process, up to a bound. Then it drops and
/// counts them, and after half a minute without any progress it closes the connection.
///
/// ```no_run
/// use tracepoint_ipc::{Client, Request};
///
/// async fn first_thousand(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let mut stream = client.subscribe(Request::new().pattern("net:*")).await?;
///     let mut seen = 0;
///     while let Some(batch) = stream.next().await {
///         seen += batch?.count();
///         if seen >= 1000 {
///             stream.stop(); // what was fired before still comes
///         }
///     }
///     let stats = stream.final_stats().expect("the stream was stopped");
///     println!("{} events, {} lost", stats.delivered(), stats.lost().total());
///     Ok(())
/// }
/// ```
pub struct EventStream {
    client: Client,
    subscription: subscription::Client,
    received: mpsc::Receiver<Received>,
    /// A batch that waits for its catalog.
    pending: Option<(Batch, u32)>,
    catalog: Arc<Catalog>,
    with_schema: bool,
    matched: Vec<u16>,
    closing: Option<Pin<Box<Closing>>>,
    final_stats: Option<SubscriptionStats>,
    state: State,
}

/// The answer to `close`, which has the final counts.
type Closing = dyn Future<Output = Result<SubscriptionStats, CallError>>;

enum State {
    Open,
    Done(String),
    Ended,
}

impl EventStream {
    pub(super) async fn open(client: &Client, request: Request) -> Result<Self, CallError> {
        let with_schema = request.wants_schema();
        let catalog = client.catalog(with_schema).await?;
        let (sink, received) = Sink::channel(client.0.arrivals.clone());
        let mut call = client.0.tracing.subscribe_request();
        request.write(call.get().init_request());
        call.get().set_sink(sink);
        let response = call.send().promise.await?;
        let response = response.get()?;
        Ok(Self {
            client: client.clone(),
            subscription: response.get_subscription()?,
            received,
            pending: None,
            catalog,
            with_schema,
            matched: response.get_tracepoints()?.iter().collect(),
            closing: None,
            final_stats: None,
            state: State::Open,
        })
    }

    /// The next batch. `None` after [`stop`](Self::stop), once everything was delivered. An error is the last
    /// item. Nothing is lost if the future is dropped before it is ready.
    pub async fn next(&mut self) -> Option<Result<Batch, StreamError>> {
        if self.pending.is_none() && matches!(self.state, State::Open) {
            match self.received.recv().await {
                Some(Received::Batch(batch, tracepoints)) => self.pending = Some((batch, tracepoints)),
                Some(Received::Done(reason)) => self.state = State::Done(reason),
                None => return self.end(Some(StreamError::Disconnected)),
            }
        }
        if let Some(&(_, tracepoints)) = self.pending.as_ref() {
            if tracepoints as usize > self.catalog.tracepoints().len() {
                match self.client.catalog(self.with_schema).await {
                    Ok(catalog) => self.catalog = catalog,
                    Err(error) => return self.end(Some(error.into())),
                }
            }
            let (mut batch, _) = self.pending.take()?;
            batch.catalog = self.catalog.clone();
            return Some(Ok(batch));
        }
        self.finish().await
    }

    /// Everything was delivered: only the final counts are missing.
    async fn finish(&mut self) -> Option<Result<Batch, StreamError>> {
        let State::Done(reason) = &self.state else { return None };
        let stopped = StreamError::Stopped { reason: reason.clone() };
        let Some(closing) = &mut self.closing else {
            return self.end(Some(stopped));
        };
        match closing.await {
            Ok(stats) => {
                self.final_stats = Some(stats);
                self.end(None)
            }
            Err(error) => self.end(Some(error.into())),
        }
    }

    fn end(&mut self, error: Option<StreamError>) -> Option<Result<Batch, StreamError>> {
        self.state = State::Ended;
        self.pending = None;
        self.closing = None;
        error.map(Err)
    }

    /// The tags of the tracepoints that the patterns matched, when the stream was opened or last updated.
    #[must_use]
    pub fn matched(&self) -> &[u16] {
        &self.matched
    }

    /// The tracepoints and types known so far; every batch has its own.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The counts so far.
    ///
    /// # Errors
    /// The process has gone, or the stream has ended.
    pub async fn stats(&self) -> Result<SubscriptionStats, CallError> {
        let response = self.subscription.stats_request().send().promise.await?;
        Ok(read::stats(response.get()?.get_stats()?)?)
    }

    /// Replaces the patterns, without losing events of tracepoints that match before and after. Returns the tags
    /// of the tracepoints that match now.
    ///
    /// # Errors
    /// As [`Client::subscribe`]; then the stream goes on as before.
    pub async fn update<P: Into<String>>(
        &mut self,
        patterns: impl IntoIterator<Item = P>,
    ) -> Result<&[u16], CallError> {
        let mut call = self.subscription.update_request();
        Request::new().patterns(patterns).write(call.get().init_request());
        let response = call.send().promise.await?;
        self.matched = response.get()?.get_tracepoints()?.iter().collect();
        Ok(&self.matched)
    }

    /// Asks the process to switch the tracepoints off and to send what was fired before. Does not wait: go on
    /// with [`next`](Self::next) until it returns `None`, then [`final_stats`](Self::final_stats) are known.
    pub fn stop(&mut self) {
        if self.closing.is_some() || matches!(self.state, State::Ended) {
            return;
        }
        let answer = self.subscription.close_request().send().promise;
        self.closing = Some(Box::pin(async move {
            let response = answer.await?;
            Ok(read::stats(response.get()?.get_stats()?)?)
        }));
    }

    /// The counts at the end of a stream that was stopped.
    #[must_use]
    pub fn final_stats(&self) -> Option<&SubscriptionStats> {
        self.final_stats.as_ref()
    }

    /// Switches the tracepoints off, and returns what was fired before with the final counts. Holds no more than
    /// the process had queued.
    ///
    /// # Errors
    /// The process went before everything was delivered.
    pub async fn close(mut self) -> Result<(Vec<Batch>, SubscriptionStats), StreamError> {
        self.stop();
        let mut rest = Vec::new();
        while let Some(batch) = self.next().await {
            rest.push(batch?);
        }
        let stats = self.final_stats.take().ok_or(StreamError::Disconnected)?;
        Ok((rest, stats))
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream").field("matched", &self.matched).finish_non_exhaustive()
    }
}
