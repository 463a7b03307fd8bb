//! The words of a predicate.

use std::ops::Range;

use super::error::Problem;

/// A word, and where it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Word(String),
    Text(String),
    Int(i128),
    /// `0x..`: a number, or bytes.
    Hex(String),
    Float(f64),
    /// Nanoseconds.
    Duration(u64),
    Sign(&'static str),
    End,
}

/// The longer ones first.
const SIGNS: [&str; 19] =
    ["..=", "==", "!=", "<=", ">=", "&&", "||", "..", "<", ">", "!", "(", ")", "[", "]", ",", ".", "-", "="];

/// Units of durations, in nanoseconds.
const UNITS: [(&str, f64); 6] =
    [("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];

/// Splits a text.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start().len();
        at += blank;
        let rest = &rest[blank..];
        let Some(first) = rest.chars().next() else { break };
        let (kind, len) = match first {
            '"' | '\'' => quoted(rest, at)?,
            '0'..='9' => number(rest, at)?,
            _ if first.is_alphabetic() || first == '_' => {
                let len = span(rest, |c| c.is_alphanumeric() || c == '_');
                (Kind::Word(rest[..len].to_owned()), len)
            }
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => (Kind::Sign(sign), sign.len()),
                None => {
                    let at = at..at + first.len_utf8();
                    return Err(Problem::new(at, format!("{first:?} means nothing in a predicate")));
                }
            },
        };
        tokens.push(Token { kind, at: at..at + len });
        at += len;
    }
    tokens.push(Token { kind: Kind::End, at: text.len()..text.len() });
    Ok(tokens)
}

/// Bytes of the characters at the start that fit.
fn span(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|c| !fits(c)).unwrap_or(text.len())
}

fn quoted(rest: &str, at: usize) -> Result<(Kind, usize), Problem> {
    let mut characters = rest.char_indices();
    let quote = characters.next().map_or('"', |(_, quote)| quote);
    let mut text = String::new();
    while let Some((place, character)) = characters.next() {
        match character {
            _ if character == quote => return Ok((Kind::Text(text), place + 1)),
            '\\' => match characters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, '0')) => text.push('\0'),
                Some((_, escaped @ ('\\' | '"' | '\''))) => text.push(escaped),
                _ => {
                    let at = at + place..at + place + 1;
                    return Err(Problem::new(at, r#"after \ comes one of \ " ' n t 0"#));
                }
            },
            _ => text.push(character),
        }
    }
    Err(Problem::new(at..at + 1, format!("the text has no end: another {quote} is missing")))
}

fn number(rest: &str, at: usize) -> Result<(Kind, usize), Problem> {
    if let Some(digits) = rest.strip_prefix("0x") {
        let len = span(digits, |c| c.is_ascii_hexdigit() || c == '_');
        let digits: String = digits[..len].chars().filter(|c| *c != '_').collect();
        if digits.is_empty() {
            return Err(Problem::new(at..at + 2, "hexadecimal digits are missing behind 0x"));
        }
        return Ok((Kind::Hex(digits), 2 + len));
    }
    let digit = |c: char| c.is_ascii_digit() || c == '_';
    let mut len = span(rest, digit);
    // Not the two dots of a range.
    if let Some(fraction) =
        rest[len..].strip_prefix('.').filter(|f| f.starts_with(|c: char| c.is_ascii_digit()))
    {
        len += 1 + span(fraction, digit);
    }
    let digits: String = rest[..len].chars().filter(|c| *c != '_').collect();
    let unit = span(&rest[len..], char::is_alphanumeric);
    let unit = &rest[len..len + unit];
    let whole = at..at + len + unit.len();
    let kind = if unit.is_empty() {
        match digits.parse() {
            Ok(int) => Kind::Int(int),
            Err(_) => Kind::Float(digits.parse().map_err(|_| Problem::new(whole, "not a number"))?),
        }
    } else {
        let Some((_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            let message = format!("unknown unit '{unit}': durations have ns, us, ms, s, m, h");
            return Err(Problem::new(whole, message));
        };
        let value: f64 = digits.parse().map_err(|_| Problem::new(whole, "not a number"))?;
        Kind::Duration((value * nanos).round() as u64)
    };
    Ok((kind, len + unit.len()))
}
