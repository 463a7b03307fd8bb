//! A file that is read from the beginning, or from any place in it.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::error::ReadError;
use super::message::{self, Message, TABLE_BYTES};

/// Control messages are read through a buffer. Events, which are longer, are not.
const BUFFER_BYTES: usize = 8 << 10;

/// A file of which we know how long it is, and where we are.
#[derive(Debug)]
pub(super) struct Source<R> {
    file: BufReader<R>,
    len: u64,
    at: u64,
}

/// What is at the place where we are.
pub(super) enum Found {
    /// A control message. We are behind it.
    Message(Message),
    /// The end of the file. We have not moved.
    End,
    /// Less than a message. We have not moved.
    Cut,
}

impl<R: Read + Seek> Source<R> {
    pub(super) fn new(file: R) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(BUFFER_BYTES, file);
        let len = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        Ok(Self { file, len, at: 0 })
    }

    /// Where we are.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Bytes in the file when it was opened. If it grows, we do not notice.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Bytes behind the place where we are.
    pub(super) fn left(&self) -> u64 {
        self.len.saturating_sub(self.at)
    }

    /// Goes to another place.
    pub(super) fn seek(&mut self, to: u64) -> io::Result<()> {
        // Short ways stay within the buffer.
        match i64::try_from(i128::from(to) - i128::from(self.at)) {
            Ok(way) => self.file.seek_relative(way)?,
            Err(_) => drop(self.file.seek(SeekFrom::Start(to))?),
        }
        self.at = to;
        Ok(())
    }

    /// Fills `to`. Stays at the same place if that fails.
    pub(super) fn read(&mut self, to: &mut [u8]) -> io::Result<()> {
        match self.file.read_exact(to) {
            Ok(()) => self.at += to.len() as u64,
            Err(error) => {
                self.file.seek(SeekFrom::Start(self.at))?;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Reads a control message.
    ///
    /// # Errors
    /// Something else is there.
    pub(super) fn message(&mut self) -> Result<Found, ReadError> {
        let at = self.at;
        if self.left() == 0 {
            return Ok(Found::End);
        }
        if self.left() < TABLE_BYTES as u64 {
            return Ok(Found::Cut);
        }
        let mut table = [0; TABLE_BYTES];
        self.read(&mut table)?;
        self.seek(at)?;
        if table == [0; TABLE_BYTES] {
            // Some file systems leave zeros where a crash kept them from writing.
            return Ok(Found::Cut);
        }
        let bytes = message::length(table).map_err(|what| ReadError::damaged(at, what))?;
        if bytes as u64 > self.left() {
            return Ok(Found::Cut);
        }
        match Message::read(bytes, |to| self.read(to))? {
            Ok(message) => Ok(Found::Message(message)),
            Err(what) => Err(ReadError::damaged(at, what)),
        }
    }
}
