//! `tracepoint demo`: a node on real data in one process, and this one as its client.
//!
//! The two are separate programs in all but name: what goes between them is their conversation over standard
//! input and output (see [`protocol`]), which keeps the beginning and the end in order, and the socket, over
//! which the events come.

mod arguments;
mod decode;
mod live;
mod node;
mod process;
mod protocol;
mod report;
mod tally;

use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use tracepoint_ipc::blocking::{Client, EventStream};
use tracepoint_ipc::{Request, StreamError};

use crate::exit::{Failure, Outcome};
use crate::interrupt;

pub use arguments::Demo;
use arguments::ReportFormat;
use live::{Live, Moment};
pub use node::run as run_node;
use process::NodeProcess;
use protocol::Done;
use report::Report;
use tally::Tally;

/// How long to wait for events before looking at the time.
const TICK: Duration = Duration::from_millis(20);

/// Shows the demo.
pub fn run(arguments: &Demo) -> Result<Outcome, Failure> {
    interrupt::listen()?;
    let mut show = Show::open(arguments)?;
    let done = show.play(arguments.time)?;
    let report = show.close(done)?;
    match arguments.format {
        ReportFormat::Text => report.print_text()?,
        ReportFormat::Json => {
            report.print_json()?;
            report.sum_up();
        }
    }
    report.check()?;
    Ok(if arguments.fail_on_loss && report.lost_total > 0 { Outcome::Lost } else { Outcome::Done })
}

/// The demo while it runs.
struct Show {
    process: NodeProcess,
    client: Client,
    stream: EventStream,
    tally: Tally,
    live: Live,
    start: Instant,
}

/// How far the demo has come.
#[derive(Debug)]
enum Phase {
    /// The node runs until the given time, if there is one.
    Running { until: Option<Instant> },
    /// The node was asked to stop, and finishes its block.
    Stopping,
    /// The node has stopped, and what it fired before is still coming.
    Draining(Done),
}

impl Show {
    /// Starts the node and attaches to it, so that not one event is missed.
    fn open(arguments: &Demo) -> Result<Self, Failure> {
        let process = NodeProcess::start()?;
        let client = Client::connect_path(process.socket())?;
        let stream = client.subscribe(Request::new().pattern("*").queue_bytes(arguments.queue))?;
        let live = Live::new(arguments.format, process.id(), arguments.time);
        Ok(Self { process, client, stream, tally: Tally::default(), live, start: Instant::now() })
    }

    /// Lets the node run, and receives its events to the last one.
    fn play(&mut self, time: Duration) -> Result<Done, Failure> {
        self.start = Instant::now();
        self.process.go()?;
        let mut phase = Phase::Running { until: self.start.checked_add(time) };
        loop {
            match self.stream.next_timeout(TICK) {
                Ok(Some(batch)) => self.tally.take_in(&batch)?,
                Ok(None) if self.stream.is_ended() => break,
                Ok(None) => {}
                Err(error) => return Err(self.explain(&error)),
            }
            phase = self.step(phase)?;
            if self.live.is_due() {
                self.refresh()?;
            }
        }
        match phase {
            Phase::Draining(done) => Ok(done),
            _ => Err(Failure::other("the exporter of the node ended the stream before the node had ended")),
        }
    }

    /// Goes on to the next phase if it is time.
    fn step(&mut self, phase: Phase) -> Result<Phase, Failure> {
        if let Phase::Draining(_) = phase {
            return Ok(phase);
        }
        // It also stops if somebody else asks it to.
        if let Some(done) = self.process.done()? {
            self.tally.seal(self.start.elapsed());
            self.stream.stop();
            return Ok(Phase::Draining(done));
        }
        match phase {
            Phase::Running { until }
                if interrupt::requested() || until.is_some_and(|until| until <= Instant::now()) =>
            {
                self.process.stop()?;
                Ok(Phase::Stopping)
            }
            phase => Ok(phase),
        }
    }

    fn refresh(&mut self) -> Result<(), Failure> {
        let node_cpu = Duration::from_nanos(self.client.stats()?.cpu_nanos);
        let moment = Moment { elapsed: self.start.elapsed(), node_cpu, client_cpu: client_cpu() };
        self.live.show(&self.tally, moment)
    }

    /// Puts together what the node, its exporter and this process have counted.
    fn close(mut self, done: Done) -> Result<Report, Failure> {
        self.live.clear()?;
        let stats = self.stream.final_stats().cloned();
        let stats = stats.ok_or_else(|| Failure::other("the exporter of the node gave no final counts"))?;
        drop(self.stream);
        drop(self.client);
        let node_cpu = self.process.end()?;
        Ok(Report::new(done, &stats, &self.tally, node_cpu, client_cpu()))
    }

    /// Why the stream broke: probably because the node did.
    fn explain(&mut self, error: &StreamError) -> Failure {
        match self.process.ended() {
            Some(status) => Failure::other(format!("the node of the demo ended unexpectedly ({status})")),
            None => Failure::other(format!("the node of the demo was lost: {error}")),
        }
    }
}

/// CPU time that this process has used.
fn client_cpu() -> Duration {
    ProcessTime::now().as_duration()
}
