//! What a recording may be made of. Above what a client takes from a process, far below what hurts.

/// Bytes of a control message. The largest ones have the schema of all events.
pub(super) const MESSAGE_BYTES: usize = 64 << 20;

/// Bytes of the events of a batch. A client takes half of it at a time.
pub(super) const BATCH_BYTES: usize = 64 << 20;

/// Entries of an index, however large the file.
pub(super) const SPANS: usize = 4096;

/// Structs within structs in a control message.
pub(super) const NESTING: i32 = 16;

/// Words that may be read from a message of so many. Texts may be shared, within reason.
pub(super) fn words(words: usize) -> usize {
    words * 4 + 1024
}
