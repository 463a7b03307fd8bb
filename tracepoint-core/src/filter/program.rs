//! What a predicate is compiled to: tests, each of which says which one is next.

use std::cmp::Ordering;

use super::parse::Comparison;

/// Tests in a program. Models have small ones.
pub(super) const MAX_TESTS: usize = if cfg!(loom) { 1 } else { 32 };

/// Words of all constants.
pub(super) const CONSTANT_WORDS: usize = if cfg!(loom) { 1 } else { 64 };

/// Names in a path of a field.
pub(super) const MAX_PATH: usize = 4;

/// Where a test leads to, besides other tests: the event is wanted, or not.
pub(super) const ACCEPT: u8 = 254;
pub(super) const REJECT: u8 = 255;

/// A value as a predicate sees it.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Seen<'a> {
    /// Missing, or nothing that can be tested.
    Nothing,
    Int(i64),
    /// Also a truth value, and the ordinal of a variant.
    UInt(u64),
    Float(f64),
    Bytes(&'a [u8]),
    /// A list, of which only the length can be tested.
    List(usize),
    /// A struct, of which only can be tested whether it is there.
    Struct,
}

/// Values that can be looked at by the path of their field: indices, one for each struct.
#[doc(hidden)]
pub trait Look {
    /// The value at the end of a path.
    fn look(&self, path: &[u8]) -> Seen<'_>;
}

/// A program: immutable, and of bounded work.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(super) tests: Vec<Test>,
    pub(super) constants: Vec<u64>,
}

#[cfg(loom)]
impl Program {
    /// That the first field is a number.
    pub(crate) fn is(number: u64) -> Self {
        let what = What::new(What::UINT, Comparison(Comparison::EQUAL));
        let path = [0; MAX_PATH];
        let test = Test { path, path_len: 1, what, then: ACCEPT, otherwise: REJECT, constant: number };
        Program { tests: vec![test], constants: Vec::new() }
    }
}

/// One test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Test {
    pub(super) path: [u8; MAX_PATH],
    pub(super) path_len: u8,
    pub(super) what: What,
    /// Where to go on.
    pub(super) then: u8,
    pub(super) otherwise: u8,
    /// What to compare with: a number, or the place and length of bytes among the constants.
    pub(super) constant: u64,
}

/// What is tested; four bits, and four of [`Comparison`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct What(pub(super) u8);

impl What {
    pub(super) const PRESENT: u8 = 0;
    pub(super) const INT: u8 = 1;
    pub(super) const UINT: u8 = 2;
    pub(super) const FLOAT: u8 = 3;
    pub(super) const BYTES: u8 = 4;
    pub(super) const START: u8 = 5;
    pub(super) const LEN: u8 = 6;

    pub(super) const fn new(kind: u8, comparison: Comparison) -> Self {
        What(kind << 4 | comparison.0)
    }
}

impl Test {
    pub(super) fn pack(self) -> [u64; 2] {
        let path = u32::from_le_bytes(self.path);
        let head = u64::from(path)
            | u64::from(self.path_len) << 32
            | u64::from(self.what.0) << 40
            | u64::from(self.then) << 48
            | u64::from(self.otherwise) << 56;
        [head, self.constant]
    }

    #[inline]
    pub(super) fn unpack([head, constant]: [u64; 2]) -> Self {
        let [p0, p1, p2, p3, path_len, what, then, otherwise] = head.to_le_bytes();
        Test { path: [p0, p1, p2, p3], path_len, what: What(what), then, otherwise, constant }
    }

    /// Whether a value passes. `constants` gives a word of the constants.
    #[inline]
    pub(super) fn passes(&self, seen: Seen<'_>, constants: impl Fn(usize) -> u64) -> bool {
        let (kind, comparison) = (self.what.0 >> 4, self.what.0 & 15);
        let (place, len) = (self.constant as u32 as usize, (self.constant >> 32) as usize);
        let order = match (kind, seen) {
            (_, Seen::Nothing) => return false,
            (What::PRESENT, _) => return true,
            (What::INT, Seen::Int(value)) => Some(value.cmp(&(self.constant as i64))),
            (What::UINT, Seen::UInt(value)) => Some(value.cmp(&self.constant)),
            (What::FLOAT, Seen::Float(value)) => value.partial_cmp(&f64::from_bits(self.constant)),
            (What::BYTES, Seen::Bytes(value)) => {
                // Lengths tell most of them apart.
                if comparison == Comparison::EQUAL && value.len() != len {
                    return false;
                }
                Some(compare(value, place, len, constants))
            }
            (What::START, Seen::Bytes(value)) => {
                return value.len() >= len && compare(&value[..len], place, len, constants).is_eq();
            }
            (What::LEN, Seen::Bytes(value)) => Some((value.len() as u64).cmp(&self.constant)),
            (What::LEN, Seen::List(len)) => Some((len as u64).cmp(&self.constant)),
            _ => return false,
        };
        let bit = match order {
            Some(Ordering::Less) => Comparison::LESS,
            Some(Ordering::Equal) => Comparison::EQUAL,
            Some(Ordering::Greater) => Comparison::GREATER,
            None => Comparison::UNORDERED,
        };
        comparison & bit != 0
    }
}

/// Compares bytes with `len` bytes of the constants, which are big-endian words from `place` on.
#[inline]
fn compare(value: &[u8], place: usize, len: usize, constants: impl Fn(usize) -> u64) -> Ordering {
    let common = value.len().min(len);
    let mut words = value[..common].chunks_exact(8);
    let mut at = place;
    for bytes in words.by_ref() {
        let word = bytes.try_into().map_or(0, u64::from_be_bytes);
        match word.cmp(&constants(at)) {
            Ordering::Equal => at = at.wrapping_add(1),
            order => return order,
        }
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        // Without a call, which copying a number of bytes that is not known would be.
        let word = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        match word.cmp(&(constants(at) >> (64 - 8 * rest.len()))) {
            Ordering::Equal => {}
            order => return order,
        }
    }
    value.len().cmp(&len)
}
