//! Frames of the Bitcoin P2P protocol: a 24 byte header, then the payload.
//!
//! | bytes | header field |
//! |---|---|
//! | 4 | magic of the network |
//! | 12 | message type, padded with zeros |
//! | 4 | length of the payload, little-endian |
//! | 4 | checksum: the first bytes of the double SHA-256 of the payload |

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};

use bitcoin::hashes::{Hash, sha256d};

/// Length of a header in bytes.
pub const HEADER_LEN: usize = 24;

/// Length in bytes of the longest payload that is accepted: the protocol's own limit.
pub const MAX_PAYLOAD: u32 = 4_000_000;

/// Bytes that start every message on Bitcoin's main network.
pub const MAGIC: [u8; 4] = [0xf9, 0xbe, 0xb4, 0xd9];

/// Why bytes are not a frame.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The bytes are meant for another network, or are no Bitcoin message at all.
    #[error("message starts with {found:02x?}, not with the magic of the main network {MAGIC:02x?}")]
    Magic {
        /// The bytes in place of the magic.
        found: [u8; 4],
    },
    /// The message type is not printable ASCII padded with zeros.
    #[error("message type {found:02x?} is not printable ASCII padded with zeros")]
    MessageType {
        /// The bytes in place of the type.
        found: [u8; 12],
    },
    /// The header announces more than the protocol allows.
    #[error("{message_type} message of {length} bytes: the limit is {MAX_PAYLOAD}")]
    Oversized {
        /// Type of the message.
        message_type: MessageType,
        /// Length that the header announces.
        length: u32,
    },
    /// The payload is not the one that was sent.
    #[error("{message_type} message has checksum {found:02x?}, its header says {announced:02x?}")]
    Checksum {
        /// Type of the message.
        message_type: MessageType,
        /// Checksum in the header.
        announced: [u8; 4],
        /// Checksum of the payload.
        found: [u8; 4],
    },
    /// The stream ended inside a message.
    #[error("connection closed in the middle of a message")]
    Truncated,
    /// The stream failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The type of a message, such as `inv`, as it stands in the header.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageType([u8; 12]);

impl MessageType {
    /// The type called `name`.
    ///
    /// # Panics
    ///
    /// If `name` is longer than 12 bytes or not printable ASCII. In a constant this is an error
    /// at compile time.
    #[must_use]
    pub const fn new(name: &str) -> Self {
        let name = name.as_bytes();
        assert!(name.len() <= 12, "a message type has at most 12 bytes");
        let mut bytes = [0; 12];
        let mut at = 0;
        while at < name.len() {
            assert!(is_printable(name[at]), "a message type is printable ASCII");
            bytes[at] = name[at];
            at += 1;
        }
        Self(bytes)
    }

    /// The name, without padding.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim_end_matches('\0')
    }

    fn from_wire(bytes: [u8; 12]) -> Result<Self, WireError> {
        let length = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        let (name, padding) = bytes.split_at(length);
        if name.iter().all(|&byte| is_printable(byte)) && padding.iter().all(|&byte| byte == 0) {
            Ok(Self(bytes))
        } else {
            Err(WireError::MessageType { found: bytes })
        }
    }
}

impl fmt::Display for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageType({self})")
    }
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// The header of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Type of the message.
    pub message_type: MessageType,
    /// Length of the payload in bytes.
    pub length: u32,
    /// Checksum of the payload.
    pub checksum: [u8; 4],
}

impl Header {
    /// The header for a payload.
    ///
    /// # Errors
    ///
    /// If the payload is longer than the protocol allows.
    pub fn new(message_type: MessageType, payload: &[u8]) -> Result<Self, WireError> {
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        let header = Self { message_type, length, checksum: checksum(payload) };
        header.check_length()?;
        Ok(header)
    }

    /// The header as it is sent.
    #[must_use]
    pub fn to_wire(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..16].copy_from_slice(&self.message_type.0);
        bytes[16..20].copy_from_slice(&self.length.to_le_bytes());
        bytes[20..].copy_from_slice(&self.checksum);
        bytes
    }

    /// The header that was received as `bytes`.
    ///
    /// # Errors
    ///
    /// If magic, message type or length are not as the protocol wants them.
    pub fn from_wire(bytes: &[u8; HEADER_LEN]) -> Result<Self, WireError> {
        let magic = array(&bytes[..4]);
        if magic != MAGIC {
            return Err(WireError::Magic { found: magic });
        }
        let header = Self {
            message_type: MessageType::from_wire(array(&bytes[4..16]))?,
            length: u32::from_le_bytes(array(&bytes[16..20])),
            checksum: array(&bytes[20..]),
        };
        header.check_length()?;
        Ok(header)
    }

    fn check_length(&self) -> Result<(), WireError> {
        let Self { message_type, length, .. } = *self;
        if length > MAX_PAYLOAD {
            return Err(WireError::Oversized { message_type, length });
        }
        Ok(())
    }

    fn check_payload(&self, payload: &[u8]) -> Result<(), WireError> {
        let Self { message_type, checksum: announced, .. } = *self;
        let found = checksum(payload);
        if found != announced {
            return Err(WireError::Checksum { message_type, announced, found });
        }
        Ok(())
    }
}

/// Writes a message.
///
/// # Errors
///
/// If `writer` fails.
pub fn write(writer: &mut impl Write, header: Header, payload: &[u8]) -> Result<(), WireError> {
    debug_assert_eq!(header.length as usize, payload.len());
    writer.write_all(&header.to_wire())?;
    writer.write_all(payload)?;
    Ok(())
}

/// Reads the next message: returns its header and leaves its payload in `payload`, whose former
/// content is lost. `None` if the stream ended before the message began.
///
/// # Errors
///
/// If the bytes are not a whole, intact message, or if `reader` fails.
pub fn read(reader: &mut impl Read, payload: &mut Vec<u8>) -> Result<Option<Header>, WireError> {
    let mut bytes = [0; HEADER_LEN];
    if read_first(reader, &mut bytes)? == 0 {
        return Ok(None);
    }
    read_exact(reader, &mut bytes[1..])?;
    let header = Header::from_wire(&bytes)?;
    payload.resize(header.length as usize, 0);
    read_exact(reader, payload)?;
    header.check_payload(payload)?;
    Ok(Some(header))
}

/// Reads one byte: returns 0 at the end of the stream.
fn read_first(reader: &mut impl Read, bytes: &mut [u8; HEADER_LEN]) -> io::Result<usize> {
    loop {
        match reader.read(&mut bytes[..1]) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

fn read_exact(reader: &mut impl Read, bytes: &mut [u8]) -> Result<(), WireError> {
    reader.read_exact(bytes).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => WireError::Truncated,
        _ => WireError::Io(error),
    })
}

fn checksum(payload: &[u8]) -> [u8; 4] {
    array(&sha256d::Hash::hash(payload).as_byte_array()[..4])
}

/// Copies a slice whose length is known from the place it was cut from.
fn array<const N: usize>(slice: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(slice);
    array
}
