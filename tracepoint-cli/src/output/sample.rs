//! Events for the tests of what writes events: fired here, and read through an exporter as always.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use tracepoint_ipc::blocking::Client;
use tracepoint_ipc::schema::EventType;
use tracepoint_ipc::{Batch, Catalog, Exporter, ProcessInfo, Request, ThreadInfo};

use super::Out;
use super::sink::Sink;

/// Some events, and what is known about them.
pub struct Sample {
    process: ProcessInfo,
    batches: Vec<Batch>,
    catalog: Arc<Catalog>,
    matched: Vec<u16>,
}

impl Sample {
    /// What `fire` fires, as far as it matches `pattern`.
    pub fn of(pattern: &str, fire: impl FnOnce()) -> Self {
        Self::with(Request::new().pattern(pattern), fire)
    }

    /// The same, as asked for.
    pub fn with(request: Request, fire: impl FnOnce()) -> Self {
        // A tracepoint is on for the whole process, and tests run at the same time.
        static ALONE: Mutex<()> = Mutex::new(());
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = tempfile::tempdir().unwrap();
        let exporter = Exporter::builder("sample").directory(directory.path().join("s")).start().unwrap();
        let client = Client::connect_path(exporter.socket_path()).unwrap();
        let process = client.info().unwrap();
        let stream = client.subscribe(request).unwrap();
        let catalog = Arc::clone(stream.catalog());
        let matched = stream.matched().to_vec();
        fire();
        let (batches, _) = stream.close().unwrap();
        Self { process, batches, catalog, matched }
    }

    pub fn process(&self) -> &ProcessInfo {
        &self.process
    }

    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// The types of the events that were asked for.
    pub fn types(&self) -> Vec<&EventType> {
        let tracepoints = self.matched.iter().map(|&tag| self.catalog.tracepoint(tag).unwrap());
        tracepoints.map(|tracepoint| self.catalog.event_type(tracepoint).unwrap()).collect()
    }

    /// Writes all of it, from the beginning to the end.
    pub fn write_to(&self, sink: &mut dyn Sink) {
        let mut threads: HashMap<u32, ThreadInfo> = HashMap::new();
        sink.begin().unwrap();
        for batch in &self.batches {
            threads.extend(batch.threads().iter().map(|thread| (thread.id, thread.clone())));
            for gap in batch.gaps() {
                let tracepoint = batch.catalog().tracepoint(gap.tag).unwrap();
                sink.gap(gap, tracepoint.full_name()).unwrap();
            }
            for event in batch.events() {
                let event = event.unwrap();
                sink.event(event, threads.get(&event.thread())).unwrap();
            }
        }
        sink.end().unwrap();
        sink.flush().unwrap();
    }
}

/// An output to look into.
#[derive(Debug, Clone, Default)]
pub struct Written(Rc<RefCell<Vec<u8>>>);

impl Written {
    pub fn out(&self) -> Out {
        super::to(self.clone())
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.0.borrow().clone()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
