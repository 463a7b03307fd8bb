//! Messages on their way out.

use std::io::IoSlice;
use std::rc::Rc;

use capnp::Error;
use capnp::capability::Promise;
use capnp::message::{Builder, HeapAllocator};
use capnp_rpc::OutgoingMessage;

use super::attachment::{self, Attachment};
use super::outbox::Outbox;

/// Words of memory for a message at first: enough for most.
const FIRST_WORDS: u32 = 64;

/// A message that is being built.
pub(super) struct Draft {
    message: Builder<HeapAllocator>,
    attachment: Option<Attachment>,
    outbox: Rc<Outbox>,
}

impl Draft {
    pub(super) fn new(words: u32, attachment: Option<Attachment>, outbox: Rc<Outbox>) -> Self {
        let allocator = HeapAllocator::new().first_segment_words(words.max(FIRST_WORDS));
        Self { message: Builder::new(allocator), attachment, outbox }
    }

    fn copy_attachment(&mut self) -> capnp::Result<()> {
        match self.attachment.take() {
            Some(events) => attachment::copy(self.message.get_root()?, bytes_of(&events)),
            None => Ok(()),
        }
    }
}

impl OutgoingMessage for Draft {
    fn get_body(&mut self) -> capnp::Result<capnp::any_pointer::Builder<'_>> {
        self.message.get_root()
    }

    fn get_body_as_reader(&self) -> capnp::Result<capnp::any_pointer::Reader<'_>> {
        self.message.get_root_as_reader()
    }

    fn send(mut self: Box<Self>) -> (Promise<(), Error>, Rc<Builder<HeapAllocator>>) {
        let spliced = match (&self.attachment, &*self.message.get_segments_for_output()) {
            (Some(events), [call]) => attachment::splice(call, bytes_of(events).len()),
            _ => None,
        };
        if let (Some(events), Some((call, pad))) = (&self.attachment, spliced) {
            let outgoing = Outgoing::Attached { call, pad, events: events.clone() };
            return (self.outbox.post(outgoing), Rc::new(self.message));
        }
        if let Err(error) = self.copy_attachment() {
            return (Promise::err(error), Rc::new(self.message));
        }
        let message = Rc::new(self.message);
        (self.outbox.post(Outgoing::Plain(message.clone())), message)
    }

    fn take(mut self: Box<Self>) -> Builder<HeapAllocator> {
        // What goes elsewhere has all in one place. An error leaves the events out.
        let _ = self.copy_attachment();
        self.message
    }

    fn size_in_words(&self) -> usize {
        let attached = self.attachment.as_ref().map_or(0, |events| bytes_of(events).len() / 8);
        self.message.size_in_words() + attached
    }
}

/// A message that waits to be written.
pub(super) enum Outgoing {
    Plain(Rc<Builder<HeapAllocator>>),
    /// Three segments; see [`attachment`].
    Attached {
        call: Vec<u8>,
        pad: [u8; 16],
        events: Attachment,
    },
}

impl Outgoing {
    /// Bytes of its segments.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Plain(message) => message.size_in_words() * 8,
            Self::Attached { call, pad, events } => call.len() + pad.len() + bytes_of(events).len(),
        }
    }

    /// Calls `write` with all that is to be written: the segment table, and the segments.
    pub(super) fn with_slices<T>(
        &self,
        table: &mut Vec<u8>,
        write: impl FnOnce(&mut [IoSlice<'_>]) -> T,
    ) -> T {
        match self {
            Self::Plain(message) => with_segments(table, &message.get_segments_for_output(), write),
            Self::Attached { call, pad, events } => {
                with_segments(table, &[call, pad, bytes_of(events)], write)
            }
        }
    }
}

fn bytes_of(attachment: &Attachment) -> &[u8] {
    (**attachment).as_ref()
}

fn with_segments<T>(
    table: &mut Vec<u8>,
    segments: &[&[u8]],
    write: impl FnOnce(&mut [IoSlice<'_>]) -> T,
) -> T {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    table.clear();
    table.extend_from_slice(&number(segments.len() - 1));
    for segment in segments {
        table.extend_from_slice(&number(segment.len() / 8));
    }
    table.resize(table.len().next_multiple_of(8), 0);
    let mut slices: Vec<_> =
        [&**table].into_iter().chain(segments.iter().copied()).map(IoSlice::new).collect();
    write(&mut slices)
}
