//! The process of the node, as its client sees it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError};
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tempfile::TempDir;

use super::protocol::{Done, Ended, GO, Ready, STOP};
use crate::exit::Failure;

/// How long the node has time to start, and to end. It takes a moment; this is for machines under stress.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running node. Dropping it ends it.
#[derive(Debug)]
pub struct NodeProcess {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Receiver<String>,
    socket: PathBuf,
    /// Holds nothing but the socket, so that demos that run at the same time do not meet.
    _directory: TempDir,
}

impl NodeProcess {
    /// Starts a node, and waits until it can be attached to.
    pub fn start() -> Result<Self, Failure> {
        let directory =
            TempDir::with_prefix("tracepoint-").map_err(|error| cannot("make a directory", &error))?;
        let mut child = spawn(directory.path()).map_err(|error| cannot("start its node", &error))?;
        let orders = child.stdin.take();
        let answers = listen(child.stdout.take());
        let mut process = Self { child, orders, answers, socket: PathBuf::new(), _directory: directory };
        process.socket = process.wait::<Ready>()?.socket;
        Ok(process)
    }

    /// The socket of the node.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The process id of the node.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Lets the node run.
    pub fn go(&mut self) -> Result<(), Failure> {
        self.order(GO)
    }

    /// Asks the node to stop after the block in progress.
    pub fn stop(&mut self) -> Result<(), Failure> {
        self.order(STOP)
    }

    /// What the node did, once it has stopped.
    pub fn done(&mut self) -> Result<Option<Done>, Failure> {
        match self.answers.try_recv() {
            Ok(line) => parse(&line).map(Some),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(self.fallen_silent()),
        }
    }

    /// Ends the node, and returns the CPU time that it has used.
    pub fn end(mut self) -> Result<Duration, Failure> {
        self.orders = None;
        let Ended { cpu_s } = self.wait()?;
        Duration::try_from_secs_f64(cpu_s)
            .map_err(|error| Failure::other(format!("the node has used {cpu_s} s: {error}")))
    }

    /// How the node ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        // A process that is going down closes its sockets a moment before it can be waited for.
        match self.answers.recv_timeout(Duration::from_secs(1)) {
            Err(RecvTimeoutError::Disconnected) => self.child.wait().ok(),
            _ => self.child.try_wait().ok().flatten(),
        }
    }

    fn order(&mut self, order: &str) -> Result<(), Failure> {
        let sent =
            self.orders.as_mut().map(|orders| writeln!(orders, "{order}").and_then(|()| orders.flush()));
        match sent {
            Some(Ok(())) => Ok(()),
            _ => Err(self.fallen_silent()),
        }
    }

    fn wait<T: for<'de> Deserialize<'de>>(&mut self) -> Result<T, Failure> {
        match self.answers.recv_timeout(PATIENCE) {
            Ok(line) => parse(&line),
            Err(RecvTimeoutError::Timeout) => Err(Failure::other("the node of the demo does not answer")),
            Err(RecvTimeoutError::Disconnected) => Err(self.fallen_silent()),
        }
    }

    fn fallen_silent(&mut self) -> Failure {
        match self.child.wait() {
            Ok(status) => Failure::other(format!("the node of the demo ended unexpectedly ({status})")),
            Err(error) => Failure::other(format!("the node of the demo is gone: {error}")),
        }
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        // It ends by itself when nobody gives orders any more. Kill it in case it hangs.
        self.orders = None;
        while self.answers.recv_timeout(Duration::from_secs(1)).is_ok() {}
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(directory: &Path) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .arg("demo-node")
        // The exporter makes it, for this user only. Short: the paths of sockets must be.
        .env("TRACEPOINT_DIR", directory.join("demo"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
}

/// Reads the lines of the node as they come.
fn listen(output: Option<ChildStdout>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in output.into_iter().flat_map(|output| BufReader::new(output).lines()).map_while(Result::ok)
        {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn parse<T: DeserializeOwned>(line: &str) -> Result<T, Failure> {
    serde_json::from_str(line)
        .map_err(|error| Failure::other(format!("the node of the demo said {line:?}: {error}")))
}

fn cannot(what: &str, error: &std::io::Error) -> Failure {
    Failure::other(format!("the demo cannot {what}: {error}"))
}
