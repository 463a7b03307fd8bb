//! A subscription, and what the model knows of it.

use std::collections::{BTreeMap, HashMap};

use tracepoints::wire::RawEvent;
use tracepoints::{Batch, Subscription, SubscriptionStats, TracepointStats, clock};

use crate::EVENT_BYTES;
use crate::common::Reader;
use crate::events::data;
use crate::log::{Fate, Fired, Interval, Kind, Logs, Mark};
use crate::plan::{Patterns, Wish};

pub struct Watched<'l> {
    wish: Wish,
    logs: &'l Logs,
    subscription: Subscription,
    reader: Reader,
    seen: Seen,
    /// When each tracepoint was wanted; the last interval is open as long as the patterns match.
    wanted: BTreeMap<Kind, Vec<Interval>>,
    patterns: Patterns,
    /// In nanoseconds.
    started: u64,
}

/// What was decoded.
#[derive(Default)]
struct Seen {
    /// The last place by log and tracepoint: events are in the order in which their thread fired them.
    places: HashMap<(u32, Kind), u32>,
    /// All that the intervals of `wanted` are asked when they are known.
    events: Vec<(Kind, u32, u32)>,
}

impl Seen {
    /// Checks an event against the log that it names.
    #[track_caller]
    fn take(&mut self, event: RawEvent<'_>, wish: &Wish, logs: &Logs, kinds: &HashMap<u16, Kind>) {
        let payload = event.payload;
        let (log, place, kind) = (payload.u32(0), payload.u32(1), kinds[&event.tag]);
        let fired = logs.get(log).expect("a log").get(place).expect("an event that was fired");
        let word = payload.text(0).expect("a text");
        assert_eq!((kind, payload.u64(1), word), (fired.kind, fired.number, fired.word));
        if kind == Kind::Blob {
            let read = payload.data(1).expect("data");
            assert!(read == data(fired.number, fired.len), "{} bytes are not what was fired", fired.len);
        }
        assert!(matches(wish, &fired), "does not match: {fired:?}");
        assert_eq!(fired.fate, Fate::Usual, "could not be written");
        let last = self.places.insert((log, kind), place);
        assert!(last.is_none_or(|last| last < place), "out of order: {place} after {last:?}");
        self.events.push((kind, log, place));
    }
}

fn matches(wish: &Wish, fired: &Fired) -> bool {
    wish.predicate.as_ref().is_none_or(|predicate| predicate.matches(fired))
}

/// A tracepoint's tags are numbers of the process.
fn kinds(stats: &SubscriptionStats) -> HashMap<u16, Kind> {
    stats.tracepoints.iter().map(|counts| (counts.tag, kind(counts))).collect()
}

fn kind(counts: &TracepointStats) -> Kind {
    Kind::of(counts.tracepoint.descriptor().name)
}

#[track_caller]
fn check_equation(stats: &SubscriptionStats) {
    for counts in &stats.tracepoints {
        let sum = counts.delivered + counts.filtered + counts.sampled_out + counts.lost.total();
        assert_eq!(counts.offered, sum, "{counts:?}");
    }
    assert!(stats.queued_bytes <= stats.queue_bytes, "{stats:?}");
}

impl<'l> Watched<'l> {
    pub fn start(wish: &Wish, logs: &'l Logs) -> Self {
        let (before, started) = (logs.mark(), clock::now());
        let subscription = wish.builder().start().expect("a sound wish");
        let from = [before, logs.mark()];
        let mut watched = Watched {
            wish: wish.clone(),
            logs,
            subscription,
            reader: Reader::default(),
            seen: Seen::default(),
            wanted: BTreeMap::new(),
            patterns: wish.patterns,
            started,
        };
        for kind in Kind::ALL {
            watched.want(kind, &from);
        }
        watched
    }

    /// A tracepoint is wanted from some moment on, if the patterns match.
    fn want(&mut self, kind: Kind, from: &[Mark; 2]) {
        if self.patterns.matches(kind) {
            let interval = Interval { from: from.clone(), to: Default::default() };
            self.wanted.entry(kind).or_default().push(interval);
        }
    }

    /// The patterns do not matter any more.
    fn end(&mut self, to: &[Mark; 2], ends: impl Fn(Kind) -> bool) {
        for (kind, intervals) in &mut self.wanted {
            if self.patterns.matches(*kind) && ends(*kind) {
                intervals.last_mut().expect("it was wanted").to = to.clone();
            }
        }
    }

    pub fn update(&mut self, patterns: Patterns) {
        let before = self.logs.mark();
        self.subscription.update(&[patterns.text()]).expect("sound patterns");
        let moment = [before, self.logs.mark()];
        self.end(&moment, |kind| !patterns.matches(kind));
        let old = std::mem::replace(&mut self.patterns, patterns);
        for kind in Kind::ALL {
            if !old.matches(kind) {
                self.want(kind, &moment);
            }
        }
    }

    pub fn read(&mut self, batches: usize) {
        let kinds = kinds(&self.subscription.stats());
        for _ in 0..batches {
            let Some(batch) = self.subscription.next_batch() else { return };
            self.take(&batch, &kinds);
            self.subscription.recycle(batch);
        }
    }

    fn take(&mut self, batch: &Batch, kinds: &HashMap<u16, Kind>) {
        let Watched { reader, seen, wish, logs, .. } = self;
        reader.read(batch, |event| seen.take(event, wish, logs, kinds));
    }

    /// What must hold at any time.
    pub fn check_so_far(&self) {
        let stats = self.subscription.stats();
        check_equation(&stats);
        for counts in &stats.tracepoints {
            let read = self.reader.delivered.get(&counts.tag).copied().unwrap_or(0);
            assert!(read <= counts.delivered, "{read} events were read, {counts:?}");
        }
    }

    /// Ends as most subscriptions of other processes end: in the middle.
    pub fn drop(self) {
        self.check_so_far();
    }

    /// Ends it, reads what is left, and compares everything.
    pub fn close(mut self) {
        let before = self.logs.mark();
        let stats = self.subscription.close();
        let moment = [before, self.logs.mark()];
        let seconds = clock::now() / 1_000_000_000 - self.started / 1_000_000_000 + 1;
        self.end(&moment, |_| true);
        check_equation(&stats);
        let kinds = kinds(&stats);
        while let Some(batch) = self.subscription.next_batch() {
            self.take(&batch, &kinds);
        }
        assert!(self.subscription.next_batch().is_none());
        assert_eq!(self.subscription.stats().queued_bytes, 0);

        let mut in_stream = 0;
        for counts in &stats.tracepoints {
            let read = self.reader.delivered.get(&counts.tag).copied().unwrap_or(0);
            assert_eq!(read, counts.delivered, "events that were read, {counts:?}");
            let lost = self.reader.lost.get(&counts.tag).copied().unwrap_or_default();
            assert_eq!(lost, counts.lost, "as the gaps say, {counts:?}");
            in_stream += counts.delivered + counts.lost.total();
            self.compare(counts, seconds);
        }
        assert_eq!(self.reader.next_sequence, in_stream, "sequence numbers count all events of the stream");
        let wanted: Vec<_> = self.wanted.keys().copied().collect();
        let mut counted: Vec<_> = stats.tracepoints.iter().map(kind).collect();
        counted.sort();
        assert_eq!(counted, wanted, "tracepoints that were ever wanted");
        for (kind, log, place) in &self.seen.events {
            let may_hold = |interval: &Interval| interval.may_hold(*log, *place);
            assert!(self.wanted[kind].iter().any(may_hold), "fired when it was not wanted: {kind:?} {place}");
        }
    }

    /// Compares the counts of a tracepoint with what was fired.
    fn compare(&self, counts: &TracepointStats, seconds: u64) {
        let kind = kind(counts);
        let fired = |is_such: &dyn Fn(&Fired) -> bool| {
            let ranges = self.wanted[&kind]
                .iter()
                .map(|interval| self.logs.count(interval, |event| event.kind == kind && is_such(event)));
            ranges.fold([0, 0], |sum, range| [sum[0] + range[0], sum[1] + range[1]])
        };
        let within = |what: &str, count: u64, [from, to]: [u64; 2]| {
            assert!((from..=to).contains(&count), "{what}: {count} of {from}..={to}, {counts:?}");
        };
        let matches = |event: &Fired| matches(&self.wish, event);
        within("offered", counts.offered, fired(&|_| true));
        within("filtered", counts.filtered, fired(&|event| !matches(event)));
        let in_place = |fate: Fate| fired(&move |event: &Fired| matches(event) && event.fate == fate);
        let too_large = fired(&|event| matches(event) && event.len > EVENT_BYTES);
        let (nested, gone) = (in_place(Fate::Nested), in_place(Fate::ThreadGone));

        let Wish { sample, rate, .. } = self.wish;
        let matched = counts.offered - counts.filtered;
        let taken = matched - counts.sampled_out;
        if sample <= 1 && rate == 0 {
            assert_eq!(counts.sampled_out, 0);
            within("too large", counts.lost.too_large, too_large);
            within("nested", counts.lost.nested, nested);
            within("thread gone", counts.lost.thread_gone, gone);
        } else {
            // Which ones are left out is not known.
            within("too large", counts.lost.too_large, [0, too_large[1]]);
            within("nested", counts.lost.nested, [0, nested[1]]);
            within("thread gone", counts.lost.thread_gone, [0, gone[1]]);
        }
        if rate > 0 {
            assert!(taken <= u64::from(rate) * seconds, "{taken} in {seconds} s, {counts:?}");
        }
        // Probes that are in flight when it ends are sampled, but come too late to be counted.
        let [certain, possible] = fired(&matches);
        if sample > 1 && rate == 0 && certain == possible {
            assert_eq!(taken, matched.div_ceil(sample.into()), "one of {sample}, {counts:?}");
        }
    }
}
