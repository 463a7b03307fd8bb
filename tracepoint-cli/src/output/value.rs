//! Values for people: short, on one line, and harmless to a terminal.

use std::fmt;
use std::io::{self, Write};

use anstyle::Style;
use tracepoint_ipc::{ListValue, StructValue, Value};

use super::hex;
use super::text::Plain;

/// Data that is not longer is printed in full: a hash, a public key, a signature.
const FULL_DATA: usize = 64;
/// Of longer data, this many bytes from its beginning
const DATA_HEAD: usize = 8;
/// and this many from its end are printed.
const DATA_TAIL: usize = 4;

/// A list that is not longer is printed in full.
const FULL_LIST: usize = 16;
/// Of a longer one, this many elements from its beginning
const LIST_HEAD: usize = 6;
/// and this many from its end are printed.
const LIST_TAIL: usize = 2;

/// How to print values.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Data and lists in full, however long.
    pub full: bool,
    /// Of names of fields.
    pub field: Style,
}

impl Look {
    /// Prints a name and a value, as in `size=2`.
    pub fn field(&self, out: &mut impl Write, name: &str, value: Value<'_>) -> io::Result<()> {
        self.name(out, name)?;
        match value {
            Value::Text(text) => write!(out, "{}", Quoted(text)),
            value => self.inner(out, value),
        }
    }

    fn name(&self, out: &mut impl Write, name: &str) -> io::Result<()> {
        let field = self.field;
        write!(out, "{field}{}{field:#}=", Plain(name))
    }

    /// A value that is not alone.
    fn inner(&self, out: &mut impl Write, value: Value<'_>) -> io::Result<()> {
        match value {
            Value::Text(text) => write!(out, "{}", QuotedInner(text)),
            Value::Data(data) => self.data(out, data),
            Value::Enum { name: Some(name), .. } => write!(out, "{}", Plain(name)),
            Value::List(list) => self.list(out, list),
            Value::Struct(structure) => self.structure(out, structure),
            value => write!(out, "{value}"),
        }
    }

    fn data(&self, out: &mut impl Write, data: &[u8]) -> io::Result<()> {
        match data {
            [] => out.write_all(b"(0 B)"),
            data if self.full || data.len() <= FULL_DATA => hex::write(out, data),
            data => {
                hex::write(out, &data[..DATA_HEAD])?;
                out.write_all(b"..")?;
                hex::write(out, &data[data.len() - DATA_TAIL..])?;
                write!(out, " ({} B)", data.len())
            }
        }
    }

    fn list(&self, out: &mut impl Write, list: ListValue<'_>) -> io::Result<()> {
        let is_cut = !self.full && list.len() > FULL_LIST;
        let head = if is_cut { LIST_HEAD } else { list.len() };
        out.write_all(b"[")?;
        for (at, value) in list.iter().take(head).enumerate() {
            out.write_all(if at == 0 { b"" } else { b", " })?;
            self.inner(out, value)?;
        }
        if is_cut {
            out.write_all(b", ..")?;
            for value in list.iter().skip(list.len() - LIST_TAIL) {
                out.write_all(b", ")?;
                self.inner(out, value)?;
            }
            return write!(out, "] ({} elements)", list.len());
        }
        out.write_all(b"]")
    }

    fn structure(&self, out: &mut impl Write, structure: StructValue<'_>) -> io::Result<()> {
        out.write_all(b"{")?;
        for (at, (info, value)) in structure.fields().enumerate() {
            out.write_all(if at == 0 { b"" } else { b" " })?;
            self.name(out, &info.name)?;
            self.inner(out, value)?;
        }
        out.write_all(b"}")
    }
}

/// A text that is quoted unless it is a single plain word.
struct Quoted<'a>(&'a str);

/// The same within a list or a struct, where brackets and commas have a meaning.
struct QuotedInner<'a>(&'a str);

fn quoted(f: &mut fmt::Formatter<'_>, text: &str, plain: &[u8]) -> fmt::Result {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || plain.contains(&byte);
    // What is missing is a plain `null`.
    if !text.is_empty() && text.bytes().all(is_plain) && text != "null" {
        f.write_str(text)
    } else {
        write!(f, "{text:?}")
    }
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        quoted(f, self.0, b"-_.:,;/+*@#%&!<>[](){}|~^$")
    }
}

impl fmt::Display for QuotedInner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        quoted(f, self.0, b"-_.:;/+*@#%&!<>()|~^$")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_go_without_quotes() {
        let cases = [
            ("inv", "inv"),
            ("127.0.0.1:8333", "127.0.0.1:8333"),
            ("[::1]:8333", "[::1]:8333"),
            ("", r#""""#),
            ("two words", r#""two words""#),
            ("a=b", r#""a=b""#),
            ("null", r#""null""#),
            ("\u{1b}[2J", r#""\u{1b}[2J""#),
            ("\"", r#""\"""#),
        ];
        for (text, expected) in cases {
            assert_eq!(Quoted(text).to_string(), expected);
        }
        assert_eq!(QuotedInner("[::1]:8333").to_string(), r#""[::1]:8333""#);
        assert_eq!(QuotedInner("a,b").to_string(), r#""a,b""#);
    }

    #[test]
    fn long_data_is_shortened_but_not_hashes() {
        let shown = |full, data: &[u8]| {
            let mut out = Vec::new();
            Look { full, field: Style::new() }.field(&mut out, "hash", Value::Data(data)).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(shown(false, &[0xab; 32]), format!("hash={}", "ab".repeat(32)));
        assert_eq!(shown(false, &[0xab; 100]), "hash=abababababababab..abababab (100 B)");
        assert_eq!(shown(true, &[0xab; 100]), format!("hash={}", "ab".repeat(100)));
        assert_eq!(shown(false, &[]), "hash=(0 B)");
    }
}
