//! Opens a connection, and makes sure that an exporter answers.

use std::future::Future;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use interprocess::local_socket::tokio::{Stream, prelude::*};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::ConnectError;
use crate::rpc::{self, Arrivals};
use crate::socket::platform::{self, Connected};
use crate::tracing_capnp::tracing;

/// How long a process may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connects, and starts the task that runs the connection. It ends when the notification comes.
pub(super) async fn connect(
    path: &Path,
    arrivals: Arrivals,
) -> Result<(tracing::Client, Rc<Notify>), ConnectError> {
    let failed = |source| ConnectError::Socket { path: path.to_owned(), source };
    let name = platform::to_name(path).map_err(failed)?;
    let stream = in_time(path, Stream::connect(name)).await?.map_err(failed)?;
    let (tracing, link) = rpc::connect(Connected::new(stream).map_err(failed)?, arrivals);
    let closed = Rc::new(Notify::new());
    let stop = closed.clone();
    tokio::task::spawn_local(async move {
        // The calls in progress report how it ended.
        let _ = link.run(stop.notified()).await;
    });
    match in_time(path, greet(&tracing))
        .await
        .and_then(|greeting| greeting.map_err(|error| stranger(path, error)))
    {
        Ok(()) => Ok((tracing, closed)),
        Err(error) => {
            closed.notify_one();
            Err(error)
        }
    }
}

/// Any exporter knows the protocol that it speaks.
async fn greet(tracing: &tracing::Client) -> capnp::Result<()> {
    let response = tracing.info_request().send().promise.await?;
    match response.get()?.get_info()?.get_protocol() {
        0 => Err(capnp::Error::failed("it speaks another protocol".to_owned())),
        // Later versions keep what this one knows.
        _ => Ok(()),
    }
}

fn stranger(path: &Path, error: capnp::Error) -> ConnectError {
    let path = path.to_owned();
    match error.kind {
        capnp::ErrorKind::Disconnected => ConnectError::TurnedAway { path },
        _ => ConnectError::NotAnExporter { path, reason: error.to_string() },
    }
}

async fn in_time<T>(path: &Path, work: impl Future<Output = T>) -> Result<T, ConnectError> {
    timeout(PATIENCE, work)
        .await
        .map_err(|_| ConnectError::Silent { path: path.to_owned(), waited: PATIENCE })
}
