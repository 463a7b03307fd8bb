//! What a schema from another process may be made of. Far above what programs have, far below what hurts.

/// Nodes in a schema.
pub(super) const NODES: usize = 1 << 17;

/// Fields of a struct, or enumerants of an enum. The union of all events is the largest struct.
pub(super) const MEMBERS: u32 = 1 << 16;

/// Fields of all structs together.
pub(super) const ALL_MEMBERS: usize = 1 << 19;

/// Structs within structs, each through any number of lists. What lies deeper is not read.
pub(super) const DEPTH: usize = 32;

/// Lists of lists.
pub(super) const LISTS: u32 = 8;

/// Fields of an event with those of the structs in it, each as often as it is there. What exceeds this is not
/// read: a few structs that each hold the next one twice would otherwise make an event without end.
pub(super) const EXPANDED: usize = 1 << 16;

/// Bits in the data section of a struct; no field can lie behind it.
pub(super) const DATA_BITS: u64 = (1 << 16) * 64;

/// Words that may be read from a node of so many bytes. Texts may be shared, within reason.
pub(super) fn words(bytes: usize) -> usize {
    bytes / 8 * 4 + 64
}

/// Pointers behind pointers in a node.
pub(super) const NESTING: i32 = 32;
