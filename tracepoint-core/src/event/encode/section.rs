//! The struct that is being written.

use crate::event::{ElementSize, Slot, StructLayout};

/// Data and pointers of one struct, and how far behind them its tail has come.
///
/// Values write their *heads* here: data, or a pointer to what they will append to the tail. All heads of a
/// struct come first, and then all *bodies* in the same order, so that the tail is only ever appended to.
#[derive(Debug)]
pub struct Section {
    data: *mut u64,
    pointers: *mut u64,
    /// Words from the start of the pointers to the end of the tail.
    end: usize,
}

impl Section {
    /// Starts a struct: zeros in all of its data and pointers. Its tail begins `behind` words after its start.
    ///
    /// # Safety
    ///
    /// `start` is valid for writes of the struct until the section is gone.
    #[inline(always)]
    pub(crate) unsafe fn new(start: *mut u64, layout: StructLayout, behind: usize) -> Self {
        let (data_words, mut word) = (layout.data_words as usize, 0);
        while word < layout.words() {
            // SAFETY: within the struct.
            unsafe { start.add(word).write(0) };
            word += 1;
        }
        // SAFETY: within the struct or just behind it.
        Section { data: start, pointers: unsafe { start.add(data_words) }, end: behind - data_words }
    }

    /// Some elements of a list, which are written as if each were a field. They lie `behind` words before
    /// the end of the tail.
    ///
    /// # Safety
    ///
    /// `start` is valid for writes of all elements until the section is gone, and all of these are zero.
    #[inline(always)]
    pub(super) unsafe fn elements(start: *mut u64, behind: usize) -> Self {
        Section { data: start, pointers: start, end: behind }
    }

    /// Words from the start of the struct to the end of its tail.
    #[inline(always)]
    pub(super) fn behind(&self, layout: StructLayout) -> usize {
        self.end + layout.data_words as usize
    }

    /// Words from the first of some elements to the end of the tail.
    #[inline(always)]
    pub(super) fn behind_elements(&self) -> usize {
        self.end
    }

    /// Writes a value of `SIZE` bytes. The first one in a word is written as all of it, which is one store with
    /// the zeros: others in that word come later, in the order of their places.
    ///
    /// # Safety
    ///
    /// `slot` is the place of a value of `SIZE` bytes, at most eight. Nothing was written to its word yet, if the
    /// place is the first one in it.
    #[inline(always)]
    pub(super) unsafe fn bytes<const SIZE: usize>(&mut self, slot: Slot, value: [u8; SIZE]) {
        let at = slot.offset as usize * SIZE;
        // SAFETY: within the data section, and aligned to the size: offsets count in it.
        unsafe {
            if at % 8 == 0 {
                let mut word = [0; 8];
                word[..SIZE].copy_from_slice(&value);
                self.data.cast::<u8>().add(at).cast::<u64>().write(u64::from_ne_bytes(word));
            } else {
                self.data.cast::<u8>().add(at).cast::<[u8; SIZE]>().write(value);
            }
        }
    }

    /// Writes a bit.
    ///
    /// # Safety
    ///
    /// `slot` is the place of a bit, which is zero; if it is the first one in its word, as for [`bytes`](Self::bytes).
    #[inline(always)]
    pub(super) unsafe fn bit(&mut self, slot: Slot, value: bool) {
        if slot.offset % 64 == 0 {
            // SAFETY: by the caller.
            return unsafe { self.bytes(Slot::at(slot.offset / 8), [value as u8]) };
        }
        // SAFETY: by the caller.
        unsafe { *self.data.cast::<u8>().add(slot.offset as usize / 8) |= (value as u8) << (slot.offset % 8) }
    }

    /// Points to a list at the end of the tail, which will take `words` words with all that belongs to it.
    /// `count` is as Cap'n Proto has it: elements, or words of structs.
    ///
    /// # Safety
    ///
    /// `slot` is a pointer's place.
    #[inline(always)]
    pub(in crate::event) unsafe fn point_to_list(
        &mut self,
        slot: Slot,
        size: ElementSize,
        count: usize,
        words: usize,
    ) {
        const LIST: u32 = 1;
        // SAFETY: by the caller.
        unsafe { self.point(slot, LIST, size as u32 | (count as u32) << 3, words) }
    }

    /// Points to a struct at the end of the tail, which will take `words` words with all that belongs to it.
    ///
    /// # Safety
    ///
    /// `slot` is a pointer's place.
    #[inline(always)]
    pub(super) unsafe fn point_to_struct(&mut self, slot: Slot, layout: StructLayout, words: usize) {
        const STRUCT: u32 = 0;
        let sizes = layout.data_words as u32 | (layout.pointers as u32) << 16;
        // SAFETY: by the caller.
        unsafe { self.point(slot, STRUCT, sizes, words) }
    }

    /// # Safety
    ///
    /// `slot` is a pointer's place.
    #[inline(always)]
    unsafe fn point(&mut self, slot: Slot, kind: u32, sizes: u32, words: usize) {
        let offset = (self.end - slot.offset as usize - 1) as u32;
        let halves = [kind | offset << 2, sizes].map(u32::to_le);
        // SAFETY: it lies in the pointer section.
        unsafe { self.pointers.add(slot.offset as usize).cast::<[u32; 2]>().write(halves) }
        self.end += words;
    }
}
