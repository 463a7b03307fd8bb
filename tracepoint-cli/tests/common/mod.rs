//! Runs the program, and a node to attach it to.

#![allow(dead_code, reason = "not every test uses everything")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// When a test counts as hung. Nothing depends on how much earlier it ends.
pub const HUNG: Duration = Duration::from_secs(300);

/// The program, not to be mixed up with what else runs on this machine.
pub fn tracepoint(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracepoint"));
    command.env("TRACEPOINT_DIR", directory).env_remove("NO_COLOR").stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the program with `arguments` and no node.
pub fn run(arguments: &[&str]) -> Finished {
    let directory = TempDir::new().unwrap();
    finish(tracepoint(directory.path()).args(arguments).spawn().unwrap())
}

/// What a program left behind.
#[derive(Debug)]
pub struct Finished {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// Standard output as lines of JSON.
    pub fn json_lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Fails unless the program ended with `status` and said `words` on standard error.
    #[track_caller]
    pub fn expect(&self, status: i32, words: &[&str]) -> &Self {
        assert_eq!(self.status, Some(status), "{self:#?}");
        for words in words {
            assert!(self.stderr.contains(words), "{words:?} is missing in {self:#?}");
        }
        self
    }
}

/// Waits for the end of a program, but not for ever.
pub fn finish(child: Child) -> Finished {
    let Output { status, stdout, stderr } = in_time(move || child.wait_with_output().unwrap());
    Finished {
        status: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// Sends a signal, by its name.
pub fn signal(child: &Child, name: &str) {
    let kill = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
}

/// Does something that could hang.
pub fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(HUNG).expect("hung, or panicked")
}

/// The node of the demo, in a directory of its own.
pub struct Node {
    child: Child,
    orders: Option<ChildStdin>,
    lines: mpsc::Receiver<String>,
    socket: PathBuf,
    /// Until somebody else has it.
    directory: Option<TempDir>,
}

impl Node {
    /// A node that can be attached to, but does nothing yet.
    pub fn start() -> Self {
        Self::start_in(TempDir::new().unwrap())
    }

    fn start_in(directory: TempDir) -> Self {
        let mut command = tracepoint(&directory.path().join("sockets"));
        let mut child =
            command.arg("demo-node").stdin(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let orders = child.stdin.take();
        let output = child.stdout.take().unwrap();
        let (line, rest) = in_time(move || {
            let mut output = BufReader::new(output);
            let mut line = String::new();
            output.read_line(&mut line).unwrap();
            (line, output)
        });
        // So that it can say more, whether anybody listens or not.
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || rest.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
        let ready: Value = serde_json::from_str(&line).unwrap();
        let socket = PathBuf::from(ready["socket"].as_str().unwrap());
        Self { child, orders, lines, socket, directory: Some(directory) }
    }

    /// A node that runs.
    pub fn running() -> Self {
        let mut node = Self::start();
        node.go();
        node
    }

    /// Lets the node run.
    pub fn go(&mut self) {
        writeln!(self.orders.as_mut().unwrap(), "go").unwrap();
    }

    /// Lets the node finish its block, and do nothing more. It can be attached to as before.
    pub fn stop(&mut self) {
        writeln!(self.orders.as_mut().unwrap(), "stop").unwrap();
        self.lines.recv_timeout(HUNG).expect("what it has done");
    }

    /// Waits until it has so many clients.
    pub fn wait_for_clients(&self, count: usize) {
        let end = Instant::now() + HUNG;
        let count = count.to_string();
        let is_there = |line: &str| line.split_whitespace().nth(4) == Some(&count);
        while !self.run(&["ps"]).stdout.lines().any(is_there) {
            assert!(Instant::now() < end, "they do not come");
        }
    }

    /// The directory for whatever a test wants to write.
    pub fn directory(&self) -> &Path {
        self.directory.as_ref().unwrap().path()
    }

    /// The program, to be attached to this node.
    pub fn tracepoint(&self, arguments: &[&str]) -> Command {
        let mut command = tracepoint(&self.directory().join("sockets"));
        command.args(arguments);
        command
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        finish(self.tracepoint(arguments).spawn().unwrap())
    }

    /// Its socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, by its name.
    pub fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Kills it without warning.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills it, and starts another one in its place, which does nothing yet.
    pub fn replace(mut self) -> Self {
        self.kill();
        Self::start_in(self.directory.take().unwrap())
    }

    /// Goes away without a word, as a parent that was killed, and waits for what the node makes of it.
    pub fn abandon(mut self) -> ExitStatus {
        self.orders = None;
        let mut child = self.child_for_good();
        in_time(move || child.wait().unwrap())
    }

    /// The process, to be waited for by somebody else. What is left to drop is a process that has ended.
    fn child_for_good(&mut self) -> Child {
        let nothing = Command::new(env!("CARGO_BIN_EXE_tracepoint")).arg("-V").stdout(Stdio::null()).spawn();
        std::mem::replace(&mut self.child, nothing.unwrap())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
