//! A process is found by its id, its name, or its socket; and if not, the error says what to do.
#![cfg(unix)]

mod common;

use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use common::{Sockets, wait_until};
use tracepoint_ipc::blocking::Client;
use tracepoint_ipc::socket::{State, discover, resolve};
use tracepoint_ipc::{ConnectError, Exporter};

const CHILD: &str = "TRACEPOINT_TEST_CHILD";

fn why(target: &str) -> String {
    resolve(target).expect_err("must not be found").to_string()
}

#[test]
fn processes_are_found() {
    if std::env::var_os(CHILD).is_some() {
        let _exporter = Exporter::builder("node").start().unwrap();
        return wait_until("the parent kills this process", || false);
    }
    let sockets = Sockets::new();
    // SAFETY: this is the only test in its process, and no other thread reads the environment.
    unsafe { std::env::set_var("TRACEPOINT_DIR", sockets.path()) };
    assert!(why("node").contains("no process has an exporter"), "{}", why("node"));
    assert!(why("node").contains(sockets.path().to_str().unwrap()));
    assert!(discover().is_empty());

    let pid = std::process::id();
    assert!(why(&pid.to_string()).contains("has no exporter"));
    let exporter = Exporter::builder("node").start().unwrap();
    let path = exporter.socket_path();
    for target in ["node", &pid.to_string(), &format!("node.{pid}"), path.to_str().unwrap()] {
        assert_eq!(resolve(target).unwrap(), path, "{target}");
    }
    assert_eq!(Client::connect("node").unwrap().info().unwrap().pid, pid);
    assert!(why("nodes").contains(&format!("node.{pid}")), "what there is: {}", why("nodes"));

    let mut child =
        Command::new(std::env::current_exe().unwrap()).env(CHILD, "1").stdout(Stdio::null()).spawn().unwrap();
    wait_until("the child has its exporter", || resolve(&child.id().to_string()).is_ok());
    let error = resolve("node").unwrap_err();
    assert!(error.is_ambiguous() && error.to_string().contains(&format!("node.{}", child.id())), "{error}");
    assert_eq!(Client::connect(&format!("node.{}", child.id())).unwrap().info().unwrap().pid, child.id());

    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(resolve("node").unwrap(), path, "the dead one is no candidate");
    let states: Vec<_> = discover().into_iter().map(|found| (found.pid == pid, found.state)).collect();
    assert!(states.contains(&(true, State::Live)) && states.contains(&(false, State::Stale)), "{states:?}");
    assert!(why(&child.id().to_string()).contains("there is no process"));
    drop(exporter);
    assert!(why("node").contains("nobody listens"), "{}", why("node"));
    let _again = Exporter::builder("again").start().unwrap();
    assert_eq!(discover().len(), 1, "an exporter that starts clears the dead ones away");
    strangers(&sockets);
}

/// Sockets and files that are no exporters.
fn strangers(sockets: &Sockets) {
    let path = sockets.file("silent.sock");
    let target = path.to_str().unwrap();
    assert!(why(target).contains("no such file"));
    std::fs::write(&path, "").unwrap();
    assert!(why(target).contains("not a socket"));
    std::fs::remove_file(&path).unwrap();

    let listener = UnixListener::bind(&path).unwrap();
    let stranger = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        std::io::Write::write_all(&mut socket, b"220 mail.example.org ESMTP ready\r\n").unwrap();
        // Until the client hangs up.
        std::io::copy(&mut socket, &mut std::io::sink()).ok();
        let _hung_up = listener.accept().unwrap();
    });
    let error = Client::connect_path(&path).unwrap_err();
    assert!(matches!(error, ConnectError::NotAnExporter { .. }), "{error}");
    let error = Client::connect_path(&path).unwrap_err();
    assert!(matches!(error, ConnectError::TurnedAway { .. }), "{error}");
    stranger.join().unwrap();
    assert!(why(target).contains("nobody listens"));
}
