//! The socket lies where nobody else can reach it or replace it, or the exporter does not start.
#![cfg(unix)]

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use common::{Sockets, connect};
use tracepoint_ipc::socket::DirectoryError;
use tracepoint_ipc::{Exporter, StartError};

fn refusal(builder: tracepoint_ipc::ExporterBuilder) -> (StartError, String) {
    let error = builder.start().expect_err("must be refused");
    let text = error.to_string();
    (error, text)
}

#[test]
fn directory_and_socket_belong_to_the_user_alone() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let directory = fs::metadata(sockets.path()).unwrap();
    assert_eq!(directory.mode() & 0o777, 0o700);
    let socket = fs::symlink_metadata(exporter.socket_path()).unwrap();
    assert!(socket.file_type().is_socket());
    assert_eq!(socket.mode() & 0o777, 0o600);
    let path = exporter.socket_path().to_owned();
    assert_eq!(path, sockets.file(&format!("node.{}.sock", std::process::id())));
    drop(exporter);
    assert!(!path.exists());
}

#[test]
fn a_symbolic_link_is_refused() {
    let sockets = Sockets::new();
    let elsewhere = sockets.parent().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::set_permissions(&elsewhere, Permissions::from_mode(0o700)).unwrap();
    symlink(&elsewhere, sockets.path()).unwrap();
    let (error, text) = refusal(sockets.builder("node"));
    assert!(matches!(error, StartError::Directory(DirectoryError::Symlink { .. })), "{text}");
    assert!(fs::read_dir(&elsewhere).unwrap().next().is_none());
}

#[test]
fn a_directory_that_others_can_enter_is_refused() {
    for mode in [0o755, 0o770, 0o701] {
        let sockets = Sockets::new();
        fs::create_dir(sockets.path()).unwrap();
        fs::set_permissions(sockets.path(), Permissions::from_mode(mode)).unwrap();
        let (error, text) = refusal(sockets.builder("node"));
        assert!(matches!(error, StartError::Directory(DirectoryError::Mode { .. })), "{text}");
        assert!(text.contains("chmod 700"), "{text}");
    }
}

#[test]
fn a_directory_of_somebody_else_is_refused() {
    let sockets = Sockets::new();
    fs::create_dir(sockets.path()).unwrap();
    fs::set_permissions(sockets.path(), Permissions::from_mode(0o700)).unwrap();
    let (directory, other) = match chown(sockets.path(), Some(12_345), None) {
        Ok(()) => (sockets.path(), 12_345),
        // Only root can give a directory away; others have that of root.
        Err(_) => (Path::new("/"), fs::metadata("/").unwrap().uid()),
    };
    let (error, text) = refusal(Exporter::builder("node").directory(directory));
    let StartError::Directory(DirectoryError::Owner { owner, .. }) = error else { panic!("{text}") };
    assert_eq!(owner, other);
}

#[test]
fn a_directory_that_cannot_be_made_is_reported() {
    let sockets = Sockets::new();
    let (error, text) = refusal(Exporter::builder("node").directory(sockets.path().join("no/parent")));
    assert!(matches!(error, StartError::Directory(DirectoryError::Create { .. })), "{text}");
    fs::write(sockets.path(), "a file").unwrap();
    let (error, text) = refusal(sockets.builder("node"));
    assert!(matches!(error, StartError::Directory(DirectoryError::NotADirectory { .. })), "{text}");
    assert!(text.contains("TRACEPOINT_DIR"), "{text}");
}

#[test]
fn a_path_that_is_too_long_is_reported() {
    let sockets = Sockets::new();
    let long = sockets.parent().join("d".repeat(100));
    let (error, text) = refusal(Exporter::builder("node").directory(&long));
    assert!(matches!(error, StartError::PathTooLong { .. }), "{text}");
    assert!(text.contains("shorter"), "{text}");
}

#[test]
fn names_that_are_no_names_are_reported() {
    let sockets = Sockets::new();
    for name in ["", "a b", "../node", "42", "n\u{f6}de", "a/b", "a\nb"] {
        let (error, text) = refusal(sockets.builder(name));
        assert!(matches!(error, StartError::Name(_)), "{text}");
    }
    assert!(!sockets.path().exists(), "nothing is left behind");
}

#[test]
fn what_is_in_the_way_is_not_removed_unless_it_is_a_dead_socket() {
    let sockets = Sockets::new();
    drop(sockets.start("first"));
    let path = sockets.file(&format!("node.{}.sock", std::process::id()));

    fs::write(&path, "precious").unwrap();
    let (error, text) = refusal(sockets.builder("node"));
    assert!(matches!(error, StartError::Obstructed { .. }), "{text}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    fs::remove_file(&path).unwrap();

    symlink("/dev/null", &path).unwrap();
    assert!(matches!(refusal(sockets.builder("node")).0, StartError::Obstructed { .. }));
    fs::remove_file(&path).unwrap();

    // As another process of the same id has it, in another container.
    let live = UnixListener::bind(&path).unwrap();
    assert!(matches!(refusal(sockets.builder("node")).0, StartError::InUse { .. }));
    assert!(live.accept().is_ok(), "it was only knocked at");

    drop(live);
    assert!(path.exists());
    let exporter = sockets.start("node");
    assert_eq!(connect(&exporter).info().unwrap().name, "node");
}

#[test]
fn sockets_of_dead_processes_are_cleared_away() {
    let sockets = Sockets::new();
    drop(sockets.start("first"));
    let (dead, init, file) =
        (sockets.file("node.4194305.sock"), sockets.file("node.1.sock"), sockets.file("x.4194306.sock"));
    drop((UnixListener::bind(&dead).unwrap(), UnixListener::bind(&init).unwrap()));
    fs::write(&file, "").unwrap();
    let _exporter = sockets.start("second");
    assert!(!dead.exists(), "nobody has this process id");
    assert!(init.exists(), "the process exists");
    assert!(file.exists(), "not a socket");
}

#[test]
fn a_socket_that_was_replaced_is_left_alone() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let path = exporter.socket_path().to_owned();
    fs::remove_file(&path).unwrap();
    let _other = UnixListener::bind(&path).unwrap();
    drop(exporter);
    assert!(path.exists());
}
