//! One ring as the drain sees it.

use crate::ThreadInfo;
use crate::ring::Consumer;
use crate::ring::record::Header;

/// A ring, whose it is, and the time of its last event.
pub(super) struct Source {
    consumer: Consumer<'static>,
    thread: ThreadInfo,
    last: u64,
}

impl Source {
    pub(super) fn new(consumer: Consumer<'static>, thread: ThreadInfo) -> Self {
        Source { consumer, thread, last: 0 }
    }

    /// The ticks of the next record, if it is not younger than `until`.
    #[inline]
    pub(super) fn head(&mut self, until: u64) -> Option<u64> {
        self.peek(until).map(|header| header.clock)
    }

    /// The next record, if it is not younger than `until`.
    #[inline]
    pub(super) fn peek(&mut self, until: u64) -> Option<Header> {
        self.consumer.peek().filter(|header| header.clock <= until)
    }

    /// The ring, and whose it is.
    #[inline]
    pub(super) fn parts(&mut self) -> (&mut Consumer<'static>, &ThreadInfo) {
        (&mut self.consumer, &self.thread)
    }

    /// A time for the next event: that of its clock, but never before the last one.
    #[inline]
    pub(super) fn stamp(&mut self, nanos: u64) -> u64 {
        self.last = self.last.max(nanos);
        self.last
    }

    pub(super) fn thread(&self) -> &ThreadInfo {
        &self.thread
    }

    pub(super) fn is_closed(&self) -> bool {
        self.consumer.is_closed()
    }

    pub(super) fn is_empty(&mut self) -> bool {
        self.consumer.peek().is_none()
    }

    pub(super) fn retire(self) {
        self.consumer.retire();
    }
}
