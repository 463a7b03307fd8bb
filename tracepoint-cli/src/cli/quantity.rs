//! Sizes, times and rates, as people write them.

use std::time::Duration;

/// `10s`, `250ms`, `1h30m`.
pub fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("{error}; write it as 10s, 250ms or 1h30m"))
}

/// Bytes: `512k`, `8MiB`, `1000000`.
pub fn size(text: &str) -> Result<usize, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err("write it as a number of bytes, or as 512k, 8MiB, 1g".to_owned()),
    };
    let number: usize = number.parse().map_err(|error| format!("{error}; write it as 512k, 8MiB, 1g"))?;
    number.checked_mul(factor).filter(|&size| size > 0).ok_or_else(|| "out of range".to_owned())
}

/// So many in a second: `100/s`, or `100`.
pub fn rate(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    match number.parse() {
        Ok(0) => Err("at least 1/s".to_owned()),
        Ok(rate) => Ok(rate),
        Err(error) => Err(format!("{error}; write it as 100/s")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let cases = [("1", 1), ("512k", 512 << 10), ("8MiB", 8 << 20), ("8 mb", 8 << 20), ("1g", 1 << 30)];
        for (text, number) in cases {
            assert_eq!(size(text), Ok(number), "{text}");
        }
        for text in ["", "0", "k", "-1", "1x", "99999999999g", "1.5m"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert!(duration("10").unwrap_err().contains("10s"));
    }
}
