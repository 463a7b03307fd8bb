//! What other users can do to an exporter and to its clients, with real users: Alice runs the node, and Mallory,
//! who is in the same group, does not mean well.
//!
//! Only root can be both: `ci/other-users.sh`.
#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
mod stage;

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::id;

use common::wait_until;
use stage::{ALICE, Actor, MALLORY, ROOT, Stage, play, set_mode, until_ended};
use tracepoint_ipc::blocking::Client;
use tracepoint_ipc::socket::{DirectoryError, discover, resolve};
use tracepoint_ipc::{ConnectError, Exporter, StartError};

#[test]
fn others_can_neither_reach_a_socket_nor_replace_it() {
    play(
        "others_can_neither_reach_a_socket_nor_replace_it",
        &[("exporter", export), ("friend", find), ("Mallory", attack)],
        |stage| {
            let (exporter, socket) = start_exporter(stage);
            stage.run(MALLORY, "Mallory", &socket);
            stage.run(ALICE, "friend", &socket);
            stage.run(ROOT, "friend", &socket);
            exporter.end();
        },
    );

    fn attack(socket: &Path) {
        let directory = socket.parent().unwrap();
        denied("to list the sockets", fs::read_dir(directory));
        denied("to look at one", fs::metadata(socket));
        // Who has the directory open can lock it, and then no exporter starts.
        denied("to open the directory", File::open(directory));
        denied("to connect", UnixStream::connect(socket));
        denied("to put a socket beside it", UnixListener::bind(directory.join("node.1.sock")));
        denied("to remove it", fs::remove_file(socket));
        denied("to open it to all", fs::set_permissions(directory, Permissions::from_mode(0o777)));
        denied("to move the directory away", fs::rename(directory, directory.with_file_name("aside")));

        assert!(discover().is_empty());
        let pid = socket.to_str().unwrap().rsplit('.').nth(1).unwrap();
        for target in [socket.to_str().unwrap(), pid] {
            let error = resolve(target).unwrap_err().to_string();
            assert!(error.contains("belongs to another user"), "{error}");
        }
    }

    /// Root finds the sockets of all users.
    fn find(socket: &Path) {
        assert_eq!(resolve(NODE).unwrap(), socket);
        connect(socket);
    }
}

#[test]
fn a_peer_of_another_user_is_hung_up_on_where_permissions_let_it_in() {
    play(
        "a_peer_of_another_user_is_hung_up_on_where_permissions_let_it_in",
        &[("exporter", export), ("friend", connect), ("Mallory", attack)],
        |stage| {
            let (exporter, socket) = start_exporter(stage);
            set_mode(&socket, 0o666);
            set_mode(socket.parent().unwrap(), 0o777);
            stage.run(MALLORY, "Mallory", &socket);
            stage.run(ALICE, "friend", &socket);
            stage.run(ROOT, "friend", &socket);
            exporter.end();
        },
    );

    fn attack(socket: &Path) {
        let mut stream = UnixStream::connect(socket).expect("permissions let us in");
        let read = stream.read(&mut [0]);
        assert!(matches!(read, Ok(0)), "the end, and nothing before: {read:?}");
        let error = Client::connect_path(socket).unwrap_err();
        assert!(matches!(error, ConnectError::TurnedAway { .. }), "{error}");
    }
}

#[test]
fn what_others_made_in_place_of_the_directory_is_not_used() {
    play(
        "what_others_made_in_place_of_the_directory_is_not_used",
        &[
            ("closed directory", |place| trap(place, 0o700, |his| fs::rename(his, place))),
            ("open directory", |place| trap(place, 0o777, |his| fs::rename(his, place))),
            ("link to his own", |place| trap(place, 0o700, |his| symlink(his, place))),
            ("link to hers", |place| symlink(beside(place, "hers"), place).map(|()| until_ended()).unwrap()),
            ("file", |place| File::create_new(place).map(|_| until_ended()).unwrap()),
            ("exporter", refuse),
            ("client", find_nobody),
        ],
        |stage| {
            let place = stage.sockets(ALICE);
            let hers = beside(&place, "hers");
            stage.directory(&hers, ALICE, 0o700);
            for kind in ["closed directory", "open directory", "link to his own", "link to hers", "file"] {
                let mallory = stage.start(MALLORY, kind, &place);
                wait_until("something is there", || fs::symlink_metadata(&place).is_ok());
                stage.run(ALICE, "exporter", &place);
                stage.run(ALICE, "client", &place);
                stage.run(ROOT, "client", &place);
                mallory.end();
                assert!(entries(&hers).is_empty(), "no link was followed");
                clear(&place);
                clear(&beside(&place, "his"));
            }
        },
    );

    /// Has a socket in a directory, which `appear` brings to the place at once, and sees that nobody comes.
    fn trap(place: &Path, mode: u32, appear: impl FnOnce(&Path) -> io::Result<()>) {
        let his = beside(place, "his");
        fs::create_dir(&his).unwrap();
        set_mode(&his, mode);
        let listener = listen(&his.join("node.1.sock"));
        appear(&his).unwrap();
        until_ended();
        assert_eq!(entries(place), ["node.1.sock"], "nothing was added or removed");
        listener.set_nonblocking(true).unwrap();
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nobody knocked");
    }

    fn refuse(place: &Path) {
        let error = Exporter::builder(NODE).start().unwrap_err();
        let StartError::Directory(reason) = &error else { panic!("{error}") };
        let found = fs::symlink_metadata(place).unwrap();
        assert_eq!(found.uid(), MALLORY.0);
        let refused = match reason {
            DirectoryError::Owner { owner, .. } => found.is_dir() && *owner == MALLORY.0,
            DirectoryError::Symlink { .. } => found.is_symlink(),
            DirectoryError::NotADirectory { .. } => found.is_file(),
            _ => false,
        };
        assert!(refused && error.to_string().contains("TRACEPOINT_DIR"), "{error}");
    }

    fn find_nobody(place: &Path) {
        let stage = place.parent().unwrap();
        // There may be others, elsewhere.
        let found = discover().into_iter().find(|found| found.path.starts_with(stage));
        assert!(found.is_none(), "{found:?}");
    }
}

#[test]
fn what_others_left_in_the_directory_is_neither_used_nor_removed() {
    play(
        "what_others_left_in_the_directory_is_neither_used_nor_removed",
        &[("Mallory", leave), ("exporter", keep_off)],
        |stage| {
            let directory = stage.sockets(ALICE);
            stage.directory(&directory, ALICE, 0o777);
            let mallory = stage.start(MALLORY, "Mallory", &directory);
            wait_until("all is there", || directory.join(LAST).exists());
            set_mode(&directory, 0o700);
            stage.run(ALICE, "exporter", &directory);
            mallory.end();
        },
    );

    /// No process has such an id.
    const DEAD: &str = "node.4194305.sock";
    const LAST: &str = "live";

    fn leave(directory: &Path) {
        symlink(directory.with_file_name("precious"), directory.join("link")).unwrap();
        drop(["dead", DEAD].map(|name| listen(&directory.join(name))));
        let _listener = listen(&directory.join("open"));
        fs::rename(directory.join("open"), directory.join(LAST)).unwrap();
        until_ended();
    }

    fn keep_off(directory: &Path) {
        let precious = directory.with_file_name("precious");
        fs::write(&precious, "precious").unwrap();
        // As if he had known which process it will be.
        let socket = directory.join(format!("{NODE}.{}.sock", id()));
        for name in ["link", "dead", LAST] {
            let left = directory.join(name);
            fs::rename(&left, &socket).unwrap();
            let error = Exporter::builder(NODE).start().unwrap_err();
            match name {
                LAST => assert!(matches!(error, StartError::InUse { .. }), "{error}"),
                _ => assert!(matches!(error, StartError::Obstructed { .. }), "{name}: {error}"),
            }
            fs::rename(&socket, &left).expect("it is still there");
        }
        let exporter = Exporter::builder(NODE).start().unwrap();
        assert_eq!(exporter.socket_path(), socket);
        assert!(directory.join(DEAD).exists(), "the exporter removes only what is its user's");
        assert_eq!(fs::read(&precious).unwrap(), b"precious");
    }
}

#[test]
fn a_session_of_another_user_is_not_used() {
    play("a_session_of_another_user_is_not_used", &[("exporter", export), ("friend", connect)], |stage| {
        // As it is for a program that was started with `su`.
        stage.directory(&stage.session(), MALLORY, 0o777);
        let (exporter, socket) = start_exporter(stage);
        stage.run(ALICE, "friend", &socket);
        exporter.end();
        assert!(entries(&stage.session()).is_empty());
    });
}

const NODE: &str = "alices-node";

/// Starts an exporter of Alice's that was not told where to go, and waits until it answers.
fn start_exporter(stage: &Stage) -> (Actor, PathBuf) {
    let exporter = stage.start(ALICE, "exporter", Path::new(""));
    let socket = stage.sockets(ALICE).join(format!("{NODE}.{}.sock", exporter.id()));
    wait_until("the exporter answers", || Client::connect_path(&socket).is_ok());
    (exporter, socket)
}

fn export(_: &Path) {
    let _exporter = Exporter::builder(NODE).start().unwrap();
    until_ended();
}

fn connect(socket: &Path) {
    let info = Client::connect_path(socket).unwrap().info().unwrap();
    assert_eq!(info.name, NODE);
}

/// Takes connections from everybody.
fn listen(path: &Path) -> UnixListener {
    let listener = UnixListener::bind(path).unwrap();
    set_mode(path, 0o777);
    listener
}

#[track_caller]
fn denied<T>(what: &str, result: io::Result<T>) {
    match result {
        Ok(_) => panic!("it was possible {what}"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{what}: {error}"),
    }
}

fn beside(path: &Path, name: &str) -> PathBuf {
    path.with_file_name(name)
}

fn entries(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Removes a link, a file or a directory, if there is one.
fn clear(path: &Path) {
    let Ok(found) = fs::symlink_metadata(path) else { return };
    if found.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
}
