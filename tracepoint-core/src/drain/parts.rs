//! Delivering records that are not in one piece: they go over several chunks, or refer to bytes outside of the
//! ring.

use super::Slots;
use super::join::Join;
use super::source::Source;
use super::spent::Spent;
use crate::pool;
use crate::ring::record::{HEADER_WORDS, Header};
use crate::ring::reference::REFERENCE_WORDS;
use crate::subscription::{Arriving, Feeds, bytes_of};
use crate::wire::Envelope;

/// Delivers the record that begins with `header`. Its references go to `spent`, whoever takes it or not.
/// Returns how many words it would have if it held what it refers to.
#[cold]
#[inline(never)]
pub(super) fn deliver_parts(
    source: &mut Source,
    header: Header,
    event: &Arriving,
    feeds: &mut Feeds,
    spent: &mut Spent,
) -> usize {
    let (refers, header) = header.refers();
    let (consumer, thread) = source.parts();
    let others = spent.len();
    if refers {
        let shared = pool::get();
        // SAFETY: the header says that there are some, and the record is consumed below.
        unsafe { consumer.take_references(|reference| spent.push(reference, shared)) };
    }
    let references = spent.since(others);
    let mut join = Join::new(references);
    let before = HEADER_WORDS + references.len() * REFERENCE_WORDS;
    let payload_words = header.words - before + join.words();
    let event = Arriving { envelope: Envelope { payload_words, ..event.envelope }, ..*event };
    let mut accepted = 0;
    for slot in Slots(header.mask) {
        if feeds.get(slot).is_some_and(|feed| feed.begin(&event, thread)) {
            accepted |= 1 << slot;
        }
    }
    consumer.consume_parts(header, before, |part| {
        join.part(bytes_of(part), |bytes| {
            for slot in Slots(accepted) {
                if let Some(feed) = feeds.get(slot) {
                    feed.go_on(bytes);
                }
            }
        });
    });
    HEADER_WORDS + payload_words
}
