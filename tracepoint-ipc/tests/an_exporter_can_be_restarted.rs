//! Exporters start and stop at any time, and their clients are told.

mod common;

use common::{Sockets, connect, count};
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::blocking::Client;
use tracepoint_ipc::{Request, StartError, StreamError};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

#[test]
fn an_exporter_can_be_restarted() {
    let sockets = Sockets::new();
    for round in 0..3 {
        let exporter = sockets.start("node");
        let path = exporter.socket_path().to_owned();
        let client = connect(&exporter);
        assert_eq!(client.info().unwrap().pid, std::process::id());
        let stream = client.subscribe(Request::new().pattern("net:*")).unwrap();
        tracepoint!(Ping { nonce: round });

        let stopper = std::thread::spawn(move || exporter.stop());
        let (mut batches, mut end) = (Vec::new(), None);
        for item in stream {
            match item {
                Ok(batch) => batches.push(batch),
                Err(error) => end = Some(error),
            }
        }
        stopper.join().unwrap();
        assert_eq!(count(&batches), 1, "what was fired before is delivered");
        assert!(
            matches!(&end, Some(StreamError::Stopped { reason }) if reason.contains("exporter")),
            "{end:?}"
        );
        assert!(!enabled!(Ping));
        assert!(!path.exists());
        assert!(client.info().is_err());
        assert!(Client::connect_path(&path).is_err());
    }
}

#[test]
fn a_name_is_taken_once_in_a_process() {
    let sockets = Sockets::new();
    let first = sockets.start("node");
    let error = sockets.builder("node").start().unwrap_err();
    assert!(matches!(&error, StartError::AlreadyRunning { name } if name == "node"), "{error}");
    let second = sockets.start("other");
    assert_eq!(connect(&second).info().unwrap().name, "other");
    drop(first);
    let again = sockets.start("node");
    assert_eq!(connect(&again).info().unwrap().name, "node");
}
