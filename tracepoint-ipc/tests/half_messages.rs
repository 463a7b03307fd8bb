//! Messages that are announced and do not come: they take little memory, and no longer than the time that is set.
#![cfg(unix)]

mod common;

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use capnp_rpc::rpc_capnp as rpc;
use common::resources::{Counting, descriptors};
use common::{DEADLINE, Sockets, alone, connect, wait_until};
use tracepoint_core::{Event, enabled, tracepoint};
use tracepoint_ipc::{Exporter, Request};

#[derive(Event)]
#[event(provider = "net", crate = tracepoint_core)]
struct Ping {
    nonce: u64,
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The id of the interface `Tracing`, of which method 0 asks whose process it is.
const TRACING: u64 = 0x952a_02c3_6c12_c920;

/// The header of a message of one segment.
fn header(words: u32) -> [u8; 8] {
    (u64::from(words) << 32).to_le_bytes()
}

fn open(exporter: &Exporter) -> UnixStream {
    let socket = UnixStream::connect(exporter.socket_path()).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket
}

/// What a client says first: it asks for the interface, and whose it is.
fn questions() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut add = |fill: &dyn Fn(rpc::message::Builder<'_>)| {
        let mut message = capnp::message::Builder::new_default();
        fill(message.init_root());
        capnp::serialize::write_message(&mut bytes, &message).unwrap();
    };
    add(&|message| message.init_bootstrap().set_question_id(0));
    add(&|message| {
        let mut call = message.init_call();
        call.set_question_id(1);
        call.set_interface_id(TRACING);
        call.set_method_id(0);
        call.reborrow().init_target().init_promised_answer().set_question_id(0);
        call.init_params().init_content().init_as::<capnp::any_pointer::Builder<'_>>().clear();
    });
    bytes
}

/// Ends when the exporter hangs up.
fn wait_for_hang_up(mut socket: UnixStream) {
    let end = socket.read_to_end(&mut Vec::new());
    assert!(!end.is_err_and(|error| error.kind() == ErrorKind::WouldBlock), "it hangs up");
}

#[test]
fn eight_bytes_that_announce_64_megabytes_cost_less_than_64_kilobytes() {
    let _alone = alone();
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    // What is made once is made now.
    assert_eq!(connect(&exporter).info().unwrap().name, "node");
    wait_until("only the exporter is left", || exporter.connections() == 0);
    let cost = |words: u32| {
        let before = Counting::live();
        Counting::begin();
        let mut socket = open(&exporter);
        wait_until("it is taken in", || exporter.connections() == 1);
        let _ = socket.write_all(&header(words));
        wait_for_hang_up(socket);
        wait_until("it is gone", || exporter.connections() == 0);
        Counting::peak() - before
    };
    for words in [8 << 20, u32::MAX, 8193] {
        let cost = cost(words);
        eprintln!("{words} words announced: {cost} bytes");
        assert!(cost < 64 << 10, "{cost} bytes for the announcement of {words} words");
    }
}

#[test]
fn a_connection_that_stops_in_the_middle_of_its_first_message_is_closed() {
    let _alone = alone();
    let sockets = Sockets::new();
    let builder = sockets.builder("node").idle_timeout(Duration::from_secs(3600));
    let exporter = builder.handshake_timeout(Duration::from_millis(200)).start().unwrap();
    let (before, open_before) = (Counting::live(), descriptors());
    for length in [0, 1, 7, 8, 9, 4008] {
        let mut socket = open(&exporter);
        let message = [&header(8192)[..], &[0; 4000]].concat();
        socket.write_all(&message[..length]).unwrap();
        wait_for_hang_up(socket);
    }
    wait_until("they are forgotten", || exporter.connections() == 0 && descriptors() == open_before);
    let after = Counting::live();
    assert!(after < before + (64 << 10), "{before} bytes before, {after} after");
}

/// A client that asks one question, and then sends half of another one.
#[test]
fn a_client_that_stops_in_the_middle_of_a_later_message_is_closed_when_it_was_idle_for_too_long() {
    let _alone = alone();
    let sockets = Sockets::new();
    let builder = sockets.builder("node").handshake_timeout(Duration::from_secs(2));
    let exporter = builder.idle_timeout(Duration::from_millis(200)).start().unwrap();
    let watcher = connect(&exporter);
    let stream = watcher.subscribe(Request::new().pattern("net:*")).unwrap();

    let mut socket = open(&exporter);
    socket.write_all(&questions()).unwrap();
    let mut answer = [0; 8];
    socket.read_exact(&mut answer).unwrap();
    socket.write_all(&header(100)).unwrap();
    wait_for_hang_up(socket);
    wait_until("it is forgotten", || exporter.connections() == 1);

    // Whoever watches has no need to say anything.
    tracepoint!(Ping { nonce: 1 });
    assert!(enabled!(Ping));
    let (batches, _) = stream.close().unwrap();
    assert_eq!(common::count(&batches), 1);
}
