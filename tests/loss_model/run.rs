//! Carries a plan out.

use std::sync::{Arc, Barrier};

use tracepoints::{Subscription, drain, pool};

use crate::events;
use crate::log::{Log, Logs};
use crate::plan::{Act, Phase, Plan, Thread, Volley};
use crate::watched::Watched;

/// Slots for subscriptions.
const SLOTS: usize = 31;

/// Subscriptions at once.
const MOST: usize = 12;

struct Case<'l> {
    logs: &'l Logs,
    /// Of the thread that runs the plan.
    own: Arc<Log>,
    watched: Vec<Watched<'l>>,
    most: usize,
}

pub fn run(plan: &Plan) {
    let logs = Logs::default();
    let own = logs.open();
    events::adopt(&own);
    let hold = |_| Subscription::builder().pattern("held:never").allow_empty(true).start().unwrap();
    let held: Vec<_> = (0..plan.held).map(hold).collect();
    let most = MOST.min(SLOTS - held.len());
    let mut case = Case { logs: &logs, own, watched: Vec::new(), most };
    plan.phases.iter().for_each(|phase| case.phase(phase));
    case.watched.drain(..).for_each(Watched::close);
    assert!(pool::stats().rings <= 1, "the other threads are gone");
}

impl<'l> Case<'l> {
    fn phase(&mut self, phase: &Phase) {
        phase.before.iter().for_each(|act| self.act(act));
        let start = Barrier::new(phase.threads.len() + 1);
        std::thread::scope(|scope| {
            let (start, logs) = (&start, self.logs);
            let threads: Vec<_> = phase
                .threads
                .iter()
                .map(|thread| scope.spawn(move || fire_all(thread, &logs.open(), start)))
                .collect();
            start.wait();
            phase.meanwhile.iter().for_each(|act| self.act(act));
            // The scope alone would not wait for their locals to be destroyed.
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
    }

    fn act(&mut self, act: &Act) {
        let count = self.watched.len().max(1);
        match act {
            Act::Subscribe(wish) if self.watched.len() < self.most => {
                self.watched.push(Watched::start(wish, self.logs));
            }
            Act::Subscribe(_) => {}
            Act::Close(which) if !self.watched.is_empty() => self.watched.swap_remove(which % count).close(),
            Act::Drop(which) if !self.watched.is_empty() => self.watched.swap_remove(which % count).drop(),
            Act::Close(_) | Act::Drop(_) => {}
            Act::Update(which, patterns) => {
                self.watched.get_mut(which % count).into_iter().for_each(|one| one.update(*patterns));
            }
            Act::Read(which, batches) => {
                self.watched.get_mut(which % count).into_iter().for_each(|one| one.read(*batches));
            }
            Act::Stats(which) => {
                self.watched.get(which % count).into_iter().for_each(Watched::check_so_far);
            }
            Act::Pass => _ = drain::pass(),
            Act::Poll(times) => (0..*times).for_each(|_| _ = drain::poll()),
            Act::Fire(volley) => fire(volley, &self.own),
        }
    }
}

fn fire(volley: &Volley, log: &Log) {
    volley.arguments().for_each(|(number, word)| volley.shot.fire(log, number, word));
}

fn fire_all(thread: &Thread, log: &Arc<Log>, start: &Barrier) {
    events::adopt(log);
    start.wait();
    thread.volleys.iter().for_each(|volley| fire(volley, log));
    if thread.last_words {
        events::leave_last_words();
    }
}
