//! Messages on their way out.

use std::io::IoSlice;
use std::rc::Rc;

use capnp::Error;
use capnp::capability::Promise;
use capnp::message::{Builder, HeapAllocator};
use capnp_rpc::OutgoingMessage;

use super::answers::OpenAnswers;
use super::attachment::{self, Attachment};
use super::outbox::{Outbox, Urgency};

/// Words of memory for a message at first: enough for most. capnp-rpc asks for 1024 for each call, all of which
/// would be zeroed.
const FIRST_WORDS: u32 = 160;

/// A message that is being built.
pub(super) struct Draft {
    message: Builder<HeapAllocator>,
    attachment: Option<Attachment>,
    outbox: Rc<Outbox>,
    open: Rc<OpenAnswers>,
}

impl Draft {
    pub(super) fn new(attachment: Option<Attachment>, outbox: Rc<Outbox>, open: Rc<OpenAnswers>) -> Self {
        let allocator = HeapAllocator::new().first_segment_words(FIRST_WORDS);
        Self { message: Builder::new(allocator), attachment, outbox, open }
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
            let outgoing = Outgoing::attached(call, pad, events.clone());
            return (self.outbox.post(outgoing, Urgency::Now), Rc::new(self.message));
        }
        if let Err(error) = self.copy_attachment() {
            return (Promise::err(error), Rc::new(self.message));
        }
        let may_wait = self.message.get_root_as_reader().is_ok_and(|root| self.open.may_wait(root));
        let urgency = if may_wait { Urgency::Later } else { Urgency::Now };
        let message = Rc::new(self.message);
        (self.outbox.post(Outgoing::built(message.clone()), urgency), message)
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
pub(super) struct Outgoing {
    table: Vec<u8>,
    segments: Segments,
}

enum Segments {
    Built(Rc<Builder<HeapAllocator>>),
    /// Three segments; see [`attachment`].
    Attached {
        call: Vec<u8>,
        pad: [u8; 16],
        events: Attachment,
    },
}

impl Outgoing {
    pub(super) fn built(message: Rc<Builder<HeapAllocator>>) -> Self {
        let table = table(&message.get_segments_for_output());
        Self { table, segments: Segments::Built(message) }
    }

    fn attached(call: Vec<u8>, pad: [u8; 16], events: Attachment) -> Self {
        let table = table(&[&call, &pad, bytes_of(&events)]);
        Self { table, segments: Segments::Attached { call, pad, events } }
    }

    /// Bytes to be written.
    pub(super) fn size(&self) -> usize {
        let segments = match &self.segments {
            Segments::Built(message) => message.size_in_words() * 8,
            Segments::Attached { call, pad, events } => call.len() + pad.len() + bytes_of(events).len(),
        };
        self.table.len() + segments
    }

    /// Appends what is to be written: the segment table, and the segments.
    pub(super) fn slices<'a>(&'a self, to: &mut Vec<IoSlice<'a>>) {
        to.push(IoSlice::new(&self.table));
        match &self.segments {
            Segments::Built(message) => {
                to.extend(message.get_segments_for_output().iter().map(|segment| IoSlice::new(segment)));
            }
            Segments::Attached { call, pad, events } => {
                to.extend([call, pad.as_slice(), bytes_of(events)].map(IoSlice::new));
            }
        }
    }
}

fn bytes_of(attachment: &Attachment) -> &[u8] {
    (**attachment).as_ref()
}

/// How many segments there are, less one, and the words of each.
fn table(segments: &[&[u8]]) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    let mut table = number(segments.len() - 1).to_vec();
    table.extend(segments.iter().flat_map(|segment| number(segment.len() / 8)));
    table.resize(table.len().next_multiple_of(8), 0);
    table
}
