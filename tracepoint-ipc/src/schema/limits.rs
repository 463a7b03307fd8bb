//! What a schema from another process may be made of. Far above what programs have, far below what hurts.

/// Nodes in a schema.
pub(super) const NODES: usize = 1 << 17;

/// Fields of a struct, or enumerants of an enum. The union of all events is the largest struct.
pub(super) const MEMBERS: u32 = 1 << 16;

/// Bits in the data section of a struct; no field can lie behind it.
pub(super) const DATA_BITS: u64 = (1 << 16) * 64;

/// Words that may be read from a node of so many bytes. Texts may be shared, within reason.
pub(super) fn words(bytes: usize) -> usize {
    bytes / 8 * 4 + 1024
}

/// Structs within structs in a node.
pub(super) const NESTING: i32 = 16;
