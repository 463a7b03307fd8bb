//! Bytes that become part of a message without being copied into it.
//!
//! capnp-rpc builds messages in memory of its own. A batch may have 448 KiB, and copying it there means to
//! allocate, to zero and to fill as much again. So the message is built without the batch's events, which travel as
//! a segment of their own:
//!
//! ```text
//!   segment 0: the call; its pointer to the events leads to ─┐
//!   segment 1: a landing pad of two words  ◀─────────────────┘ where they are, and what they are
//!   segment 2: the events, as the drain wrote them
//! ```
//!
//! That is an ordinary message (a "double-far pointer"), which any implementation reads.

use std::cell::RefCell;
use std::rc::Rc;

use capnp::Error;
use capnp_rpc::rpc_capnp::message;

use crate::tracing_capnp::event_sink::push_params;

/// Bytes to be sent as a segment: whole words. Dropped when they are written, or never will be.
pub(crate) type Attachment = Rc<dyn AsRef<[u8]>>;

/// The way from who makes a call to the message that it becomes.
#[derive(Clone, Default)]
pub(crate) struct Attachments(Rc<RefCell<Option<Attachment>>>);

impl Attachments {
    /// Makes a call with `make`, whose only argument is a batch, and attaches the events of that.
    ///
    /// # Errors
    ///
    /// The call does not go to this connection: they are to be copied.
    pub(crate) fn attach<T>(&self, events: Attachment, make: impl FnOnce() -> T) -> Result<T, T> {
        *self.0.borrow_mut() = Some(events);
        let made = make();
        // Who took it is the message of this call: nothing else runs in between.
        if self.0.take().is_none() { Ok(made) } else { Err(made) }
    }

    pub(super) fn take(&self) -> Option<Attachment> {
        self.0.take()
    }
}

/// Copies the events of a batch into the call after all.
pub(super) fn copy(message: message::Builder<'_>, events: &[u8]) -> capnp::Result<()> {
    let message::Call(call) = message.which()? else {
        return Err(Error::failed("only a call can have an attachment".to_owned()));
    };
    let push: push_params::Builder<'_> = call?.get_params()?.get_content().get_as()?;
    push.get_batch()?.set_events(events);
    Ok(())
}

/// Where the events of a batch are found in the message of a call: which pointer of each struct leads there.
/// Message.call, Call.params, Payload.content, push's batch, Batch.events.
const PATH: [usize; 5] = [0, 1, 0, 0, 0];

const FAR: u64 = 2;
const DOUBLE: u64 = 1 << 2;
const LIST: u64 = 1;
const OF_BYTES: u64 = 2;

/// Makes the events of a batch, in the call that `segment` holds, a segment of so many bytes. Returns the two
/// segments that come before it; `None` if the message is not such a call.
pub(super) fn splice(segment: &[u8], bytes: usize) -> Option<(Vec<u8>, [u8; 16])> {
    let place = locate(segment, &PATH)?;
    let mut call = segment.to_vec();
    // To the first word of segment 1.
    let pointer = FAR | DOUBLE | 1 << 32;
    call.get_mut(place * 8..place * 8 + 8)?.copy_from_slice(&pointer.to_le_bytes());
    // The events begin with the first word of segment 2.
    let mut pad = [0; 16];
    pad[..8].copy_from_slice(&(FAR | 2 << 32).to_le_bytes());
    pad[8..].copy_from_slice(&(LIST | OF_BYTES << 32 | (bytes as u64) << 35).to_le_bytes());
    Some((call, pad))
}

/// The index of the word with the pointer at the end of a path of structs.
fn locate(segment: &[u8], path: &[usize]) -> Option<usize> {
    let mut at = 0;
    for &number in path {
        let pointer = segment.get(at * 8..at * 8 + 8)?.try_into().ok().map(u64::from_le_bytes)?;
        let (data, pointers) = (usize::from((pointer >> 32) as u16), usize::from((pointer >> 48) as u16));
        if pointer == 0 || pointer & 3 != 0 || number >= pointers {
            return None;
        }
        let offset = (pointer as i32) >> 2;
        at = (at + 1).checked_add_signed(offset as isize)? + data + number;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use capnp::message::{Builder, Reader, ReaderOptions, SegmentArray};

    use super::*;

    /// A call of `push` without events.
    fn call() -> Builder<capnp::message::HeapAllocator> {
        let mut message = Builder::new_default();
        let mut call = message.init_root::<message::Builder<'_>>().init_call();
        call.set_question_id(7);
        let push: push_params::Builder<'_> = call.init_params().init_content().init_as();
        let mut batch = push.init_batch();
        batch.set_count(3);
        batch.init_threads(1).get(0).set_name("main");
        message
    }

    fn events_of<S: capnp::message::ReaderSegments>(message: &Reader<S>) -> Vec<u8> {
        let message: message::Reader<'_> = message.get_root().unwrap();
        let message::Call(call) = message.which().unwrap() else { panic!("a call") };
        let push: push_params::Reader<'_> =
            call.unwrap().get_params().unwrap().get_content().get_as().unwrap();
        let batch = push.get_batch().unwrap();
        assert_eq!(batch.get_count(), 3);
        assert_eq!(batch.get_threads().unwrap().get(0).get_name().unwrap(), "main");
        batch.get_events().unwrap().to_vec()
    }

    #[test]
    fn attached_events_read_like_copied_ones() {
        let events: Vec<u8> = (0..64_000).map(|at| at as u8).collect();
        let message = call();
        let (call, pad) = splice(message.get_segments_for_output()[0], events.len()).unwrap();
        let segments = [&*call, &pad, &events];
        let attached = Reader::new(SegmentArray::new(&segments), ReaderOptions::new());
        assert_eq!(events_of(&attached), events);

        let mut message = message;
        copy(message.get_root().unwrap(), &events).unwrap();
        assert_eq!(events_of(&message.into_reader()), events);
    }

    #[test]
    fn nothing_is_attached_to_other_messages() {
        let mut message = Builder::new_default();
        message.init_root::<message::Builder<'_>>().init_bootstrap().set_question_id(1);
        assert!(splice(message.get_segments_for_output()[0], 8).is_none());
        assert!(copy(message.get_root().unwrap(), &[0; 8]).is_err());
        assert!(splice(&[], 8).is_none());
        // A pointer that leads far out of the segment.
        assert!(splice(&(0x0001_0001_7fff_fffc_u64).to_le_bytes(), 8).is_none());
    }
}
