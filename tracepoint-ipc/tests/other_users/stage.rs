//! Processes of several users, which only root can start, and a place where they meet.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

/// What a process does in a test, and on which path.
const PART: &str = "TRACEPOINT_TEST_PART";
const PATH: &str = "TRACEPOINT_TEST_PATH";

/// Set where it is an error not to be root.
const MUST_BE_ROOT: &str = "TRACEPOINT_TEST_AS_ROOT";

/// A user. It needs no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User(pub u32);

pub const ROOT: User = User(0);
pub const ALICE: User = User(61_001);
pub const MALLORY: User = User(61_002);

/// All but root are in this group.
const GROUP: u32 = 61_000;

/// A name, and what a process does that has it.
pub type Part = (&'static str, fn(&Path));

/// Runs `play`, which starts the same test in other processes, where it is one of `parts` instead. If this is
/// not root, it says that `test` was not run.
pub fn play(test: &'static str, parts: &[Part], play: impl FnOnce(&Stage)) {
    let Ok(asked) = std::env::var(PART) else {
        if let Some(stage) = Stage::new(test) {
            play(&stage);
        }
        return;
    };
    let (_, part) = parts.iter().find(|(name, _)| *name == asked).expect("a part of this test");
    part(&PathBuf::from(std::env::var_os(PATH).expect("a path")));
}

/// A directory as `/tmp` is: everybody can make files in it, and remove his own.
pub struct Stage {
    test: &'static str,
    directory: TempDir,
}

impl Stage {
    fn new(test: &'static str) -> Option<Self> {
        let directory = tempfile::Builder::new().prefix("tp").tempdir().expect("a temporary directory");
        let uid = fs::metadata(directory.path()).expect("it was just made").uid();
        if uid != ROOT.0 {
            assert!(std::env::var_os(MUST_BE_ROOT).is_none(), "this is uid {uid}, not root");
            // Past the harness, which keeps to itself what is printed by tests that pass.
            let note = format!("NOT CHECKED, as only root can be several users: {test}\n");
            io::stderr().write_all(note.as_bytes()).expect("standard error");
            return None;
        }
        let stage = Self { test, directory };
        // The original may be where others cannot run it.
        let program = std::env::current_exe().expect("this program has a path");
        // By a process of its own: what other tests fork meanwhile would keep a copy open that we write, and what is
        // open for writing cannot be run.
        let copied = Command::new("cp").arg(program).arg(stage.program()).status().expect("cp");
        assert!(copied.success(), "a copy of this program");
        set_mode(&stage.program(), 0o755);
        set_mode(stage.path(), 0o1777);
        Some(stage)
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    fn program(&self) -> PathBuf {
        self.path().join("program")
    }

    /// What `XDG_RUNTIME_DIR` says to all processes. There is nothing, unless somebody makes it.
    pub fn session(&self) -> PathBuf {
        self.path().join("session")
    }

    /// Where exporters of a user go that are not told where to.
    pub fn sockets(&self, user: User) -> PathBuf {
        self.path().join(format!("tracepoint-{}", user.0))
    }

    /// Makes a directory that belongs to `owner`.
    pub fn directory(&self, path: &Path, owner: User, mode: u32) {
        fs::create_dir(path).expect("a directory");
        chown(path, Some(owner.0), Some(GROUP)).expect("root can give it away");
        set_mode(path, mode);
    }

    /// A process of `user` plays a part to its end, with success.
    #[track_caller]
    pub fn run(&self, user: User, part: &str, path: &Path) {
        let output = self.command(user, part, path).output().expect("a process of another user");
        let [stdout, stderr] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
        let passed = output.status.success() && stdout.contains("1 passed");
        assert!(passed, "{part}, as uid {}:\n{stdout}{stderr}", user.0);
    }

    /// A process of `user` begins a part in which it calls [`until_ended`].
    #[track_caller]
    pub fn start(&self, user: User, part: &str, path: &Path) -> Actor {
        let mut command = self.command(user, part, path);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("a process of another user");
        Actor { stdin: child.stdin.take(), child }
    }

    fn command(&self, user: User, part: &str, path: &Path) -> Command {
        let mut command = Command::new(self.program());
        command
            .args(["--exact", self.test, "--nocapture"])
            .env_clear()
            .env("TMPDIR", self.path())
            .env("XDG_RUNTIME_DIR", self.session())
            .env(PART, part)
            .env(PATH, path)
            .current_dir("/");
        if user != ROOT {
            // It loses the groups of root, too.
            command.gid(GROUP).uid(user.0);
        }
        command
    }
}

/// A process of another user, which is killed when this is dropped.
pub struct Actor {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Actor {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Lets it come to the end of its part, which must be a success.
    #[track_caller]
    pub fn end(mut self) {
        drop(self.stdin.take());
        assert!(self.child.wait().expect("a child").success(), "it says above why");
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        // It has ended, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns when the test wants this process to end.
pub fn until_ended() {
    io::copy(&mut io::stdin(), &mut io::sink()).expect("standard input");
}

pub fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours, or we are root");
}
