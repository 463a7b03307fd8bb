//! Bytes as lower-case hexadecimal digits.

use std::io::{self, Write};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// How many bytes are converted at a time.
const CHUNK: usize = 1024;

/// Writes two digits for each byte.
pub fn write(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let mut digits = [0; 2 * CHUNK];
    for chunk in bytes.chunks(CHUNK) {
        for (pair, byte) in digits.chunks_exact_mut(2).zip(chunk) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        out.write_all(&digits[..2 * chunk.len()])?;
    }
    Ok(())
}

/// The digits as text.
pub fn text(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut text = String::with_capacity(2 * bytes.len());
    text.extend(digits.map(|digit| char::from(DIGITS[usize::from(digit)])));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_two_digits() {
        for len in [0, 1, 255, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let bytes: Vec<u8> = (0..len).map(|number| number as u8).collect();
            let expected: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let mut written = Vec::new();
            write(&mut written, &bytes).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), expected);
            assert_eq!(text(&bytes), expected);
        }
    }
}
