//! Where each field of a struct lies: the layout algorithm of Cap'n Proto, at compile time.
//!
//! Fields are placed in the order of their ordinals, which is the order of their declaration. A field
//! goes into the smallest hole that fits it; if there is none, a new word is added and what is left of
//! it becomes holes. Text, data and other pointers take the next place in the pointer section. A value that
//! may be missing takes 16 bits, which say whether it is there, and then what the value takes.

use super::{ElementSize, Field, Type};

/// The size of a struct: data section and pointer section, both in words of 8 bytes.
///
/// ```
/// use tracepoints::Event;
///
/// #[derive(Event)]
/// #[event(provider = "doc")]
/// struct Sample<'a> { id: u64, flag: bool, size: u32, name: &'a str }
///
/// let layout = Sample::DESCRIPTOR.layout;
/// assert_eq!((layout.data_words, layout.pointers), (2, 1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StructLayout {
    /// Words in the data section.
    pub data_words: u16,
    /// Pointers in the pointer section.
    pub pointers: u16,
}

impl StructLayout {
    /// Words of the struct without what its pointers point to.
    #[inline]
    pub const fn words(self) -> usize {
        self.data_words as usize + self.pointers as usize
    }
}

/// The place of a field, as Cap'n Proto's `slot.offset`: in units of the field's own size within the
/// data section, or the index of its pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Offset in units of the field's size (bits for a bool), or the pointer's index.
    pub offset: u32,
    /// Of a value that may be missing: offset of the 16 bits that say whether it is there, in units of these.
    pub tag: u32,
}

impl Slot {
    pub(super) const UNPLACED: Slot = Slot::at(0);

    /// The place of a value that is always there.
    #[inline(always)]
    pub const fn at(offset: u32) -> Self {
        Slot { offset, tag: 0 }
    }
}

/// How much room a field takes in the struct itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// A value of 2^n bits in the data section.
    Data(u8),
    /// A pointer.
    Pointer,
}

/// The state of the algorithm.
struct Packer {
    words: u32,
    pointers: u32,
    /// At most one hole of each size 2^n bits, in units of that size. 0 means none: offset 0 is taken
    /// by the first field.
    holes: [u32; 6],
}

const WORD: u8 = 6;

impl Packer {
    const fn slot(&mut self, ty: &Type) -> Slot {
        // A union gets its tag when its second member comes, and `none` takes no room.
        let tag = match ty {
            Type::Option(_) => self.place(TAG),
            _ => 0,
        };
        Slot { offset: self.place(ty.room()), tag }
    }

    /// Takes a hole of 2^`size` bits, splitting a larger one if need be.
    const fn take_hole(&mut self, size: u8) -> Option<u32> {
        if size >= WORD {
            return None;
        }
        let hole = self.holes[size as usize];
        if hole != 0 {
            self.holes[size as usize] = 0;
            return Some(hole);
        }
        match self.take_hole(size + 1) {
            Some(larger) => {
                self.holes[size as usize] = 2 * larger + 1;
                Some(2 * larger)
            }
            None => None,
        }
    }

    const fn place(&mut self, room: Room) -> u32 {
        let size = match room {
            Room::Data(size) => size,
            Room::Pointer => {
                self.pointers += 1;
                return self.pointers - 1;
            }
        };
        if let Some(hole) = self.take_hole(size) {
            return hole;
        }
        let offset = self.words << (WORD - size);
        self.words += 1;
        // What remains of the new word: one hole of each size from ours up to half a word.
        let mut hole = offset + 1;
        let mut size = size;
        while size < WORD {
            self.holes[size as usize] = hole;
            hole = hole.div_ceil(2);
            size += 1;
        }
        offset
    }
}

/// The bits that say whether a value is there.
const TAG: Room = Room::Data(4);

/// Words that a struct may have without its tail, so that it fits any chunk of a ring.
pub(crate) const MAX_WORDS: u32 = 4096;

/// The place of a value that may be missing in a struct of its own, and that.
pub(super) const fn alone(room: Room) -> (Slot, StructLayout) {
    let mut packer = Packer { words: 0, pointers: 0, holes: [0; 6] };
    let tag = packer.place(TAG);
    let slot = Slot { offset: packer.place(room), tag };
    (slot, StructLayout { data_words: packer.words as u16, pointers: packer.pointers as u16 })
}

/// Gives each field its slot and returns the size of the struct.
pub(super) const fn place<const N: usize>(fields: &mut [Field; N]) -> StructLayout {
    let mut packer = Packer { words: 0, pointers: 0, holes: [0; 6] };
    let mut i = 0;
    while i < N {
        fields[i].slot = packer.slot(&fields[i].ty);
        i += 1;
    }
    assert!(packer.words + packer.pointers <= MAX_WORDS, "the event has too many fields");
    StructLayout { data_words: packer.words as u16, pointers: packer.pointers as u16 }
}

impl ElementSize {
    /// The room that values of a type take in a list.
    ///
    /// # Panics
    ///
    /// At compile time, for `Option`: in a list, values that may be missing lie in structs.
    pub const fn of(ty: &Type) -> Self {
        match (ty, ty.room()) {
            (Type::Option(_), _) => panic!("a value that may be missing has no place of its own"),
            (Type::Struct(_), _) => ElementSize::Struct,
            (_, Room::Pointer) => ElementSize::Pointer,
            (_, Room::Data(0)) => ElementSize::Bit,
            (_, Room::Data(3)) => ElementSize::Byte,
            (_, Room::Data(4)) => ElementSize::TwoBytes,
            (_, Room::Data(5)) => ElementSize::FourBytes,
            (_, Room::Data(_)) => ElementSize::EightBytes,
        }
    }
}

impl Type {
    pub(crate) const fn room(&self) -> Room {
        match self {
            Type::Bool => Room::Data(0),
            Type::Int8 | Type::UInt8 => Room::Data(3),
            Type::Int16 | Type::UInt16 | Type::Enum(_) => Room::Data(4),
            Type::Int32 | Type::UInt32 | Type::Float32 => Room::Data(5),
            Type::Int64 | Type::UInt64 | Type::Float64 | Type::Duration | Type::Time => Room::Data(6),
            Type::Text | Type::Data | Type::IpAddr | Type::List(_) | Type::Struct(_) => Room::Pointer,
            Type::Option(of) => of.room(),
        }
    }
}
