//! Putting a payload together again, of what the ring holds of it and of what that refers to.

use crate::ring::reference::Reference;

/// Copies a payload, part by part, in the order in which it lies on the wire.
pub(super) struct Join<'r> {
    /// Those that are still to come, in the order of their places.
    references: &'r [Reference],
    /// Bytes so far.
    at: usize,
}

impl<'r> Join<'r> {
    pub(super) fn new(references: &'r [Reference]) -> Self {
        Join { references, at: 0 }
    }

    /// Words by which the whole is larger than what the ring holds of it.
    pub(super) fn words(&self) -> usize {
        self.references.iter().map(Reference::words).sum()
    }

    /// Goes on with the next bytes of the ring, and what belongs between and behind them.
    pub(super) fn part(&mut self, mut bytes: &[u8], mut write: impl FnMut(&[u8])) {
        while let Some((reference, later)) = self.references.split_first() {
            let place = reference.place as usize * 8;
            let (before, behind) = bytes.split_at(bytes.len().min(place - self.at));
            write(before);
            self.at += before.len();
            bytes = behind;
            if self.at < place {
                return;
            }
            let referred = reference.bytes();
            write(referred);
            write(&[0; 8][..reference.words() * 8 - referred.len()]);
            self.at += reference.words() * 8;
            self.references = later;
        }
        write(bytes);
        self.at += bytes.len();
    }
}
