//! Input that is a sequence of Cap'n Proto messages.

/// Cuts input after each message. What is left behind the last whole one comes as it is.
pub fn split(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let (message, rest) = bytes.split_at(first(bytes).unwrap_or(bytes.len()));
        messages.push(message);
        bytes = rest;
    }
    messages
}

/// Bytes of the first message, if it is a whole one.
fn first(bytes: &[u8]) -> Option<usize> {
    let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at * 4..)?.first_chunk()?) as usize);
    let segments = number(0)?.checked_add(1).filter(|segments| *segments < bytes.len())?;
    let words = (1..=segments).try_fold(0, |words: usize, at| words.checked_add(number(at)?))?;
    let table = (4 + segments * 4).next_multiple_of(8);
    words.checked_mul(8)?.checked_add(table).filter(|len| *len <= bytes.len())
}
