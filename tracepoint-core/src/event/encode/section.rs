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

    /// Writes a value of `SIZE` bytes.
    ///
    /// # Safety
    ///
    /// `slot` is the place of a value of `SIZE` bytes.
    #[inline(always)]
    pub(super) unsafe fn bytes<const SIZE: usize>(&mut self, slot: Slot, value: [u8; SIZE]) {
        // SAFETY: within the data section, and aligned to the size: offsets count in it.
        unsafe { self.data.cast::<[u8; SIZE]>().add(slot.offset as usize).write(value) }
    }

    /// Writes a bit.
    ///
    /// # Safety
    ///
    /// `slot` is the place of a bit, which is zero.
    #[inline(always)]
    pub(super) unsafe fn bit(&mut self, slot: Slot, value: bool) {
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
        const LIST: u64 = 1;
        // SAFETY: by the caller.
        unsafe { self.point(slot, LIST | (size as u64) << 32 | (count as u64) << 35, words) }
    }

    /// Points to a struct at the end of the tail, which will take `words` words with all that belongs to it.
    ///
    /// # Safety
    ///
    /// `slot` is a pointer's place.
    #[inline(always)]
    pub(super) unsafe fn point_to_struct(&mut self, slot: Slot, layout: StructLayout, words: usize) {
        let sizes = (layout.data_words as u64) << 32 | (layout.pointers as u64) << 48;
        // SAFETY: by the caller.
        unsafe { self.point(slot, sizes, words) }
    }

    /// # Safety
    ///
    /// `slot` is a pointer's place.
    #[inline(always)]
    unsafe fn point(&mut self, slot: Slot, pointer: u64, words: usize) {
        let offset = (self.end - slot.offset as usize - 1) as u64;
        // SAFETY: it lies in the pointer section.
        unsafe { self.pointers.add(slot.offset as usize).write((pointer | offset << 2).to_le()) }
        self.end += words;
    }
}
