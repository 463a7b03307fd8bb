//! The name of a socket: `NAME.PID.sock`.

use std::fmt;

use super::platform;

/// Longest name of an exporter, in bytes. It leaves room for a directory in the 104 bytes that some
/// systems allow for the path of a socket.
const MAX_NAME: usize = 48;

const EXTENSION: &str = ".sock";

/// Who a socket belongs to, as its file name says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SocketName {
    pub(crate) name: String,
    pub(crate) pid: u32,
}

impl SocketName {
    /// The socket that this process would open for an exporter called `name`.
    pub(crate) fn of_this_process(name: &str) -> Result<Self, NameError> {
        check(name)?;
        Ok(Self { name: name.to_owned(), pid: std::process::id() })
    }

    /// The name of the file.
    pub(crate) fn file_name(&self) -> String {
        format!("{}{}.{}{EXTENSION}", platform::FILE_PREFIX, self.name, self.pid)
    }

    /// Reads the name of a file; `None` if it is not one of ours.
    pub(crate) fn parse(file_name: &str) -> Option<Self> {
        let stem = file_name.strip_prefix(platform::FILE_PREFIX)?.strip_suffix(EXTENSION)?;
        let (name, pid) = stem.rsplit_once('.')?;
        check(name).ok()?;
        Some(Self { name: name.to_owned(), pid: parse_pid(pid)? })
    }
}

impl fmt::Display for SocketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.name, self.pid)
    }
}

/// Reads a pid as `ps` prints it: digits, no sign, no leading zero.
pub(crate) fn parse_pid(text: &str) -> Option<u32> {
    if text.starts_with('0') || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn check(name: &str) -> Result<(), NameError> {
    let reason = if name.is_empty() {
        Reason::Empty
    } else if name.len() > MAX_NAME {
        Reason::TooLong
    } else if name.starts_with(['.', '-']) {
        Reason::Start
    } else if name.bytes().all(|b| b.is_ascii_digit()) {
        Reason::Digits
    } else if let Some(bad) = name.chars().find(|&c| !is_allowed(c)) {
        Reason::Character(bad)
    } else {
        return Ok(());
    };
    Err(NameError { name: name.to_owned(), reason })
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// A name that an exporter cannot have.
///
/// ```
/// let refused = tracepoint_ipc::Exporter::builder("42").start().unwrap_err();
/// assert!(refused.to_string().contains("would be taken for a process id"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameError {
    name: String,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Empty,
    TooLong,
    Start,
    Digits,
    Character(char),
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the exporter cannot be called {:?}: ", self.name)?;
        match self.reason {
            Reason::Empty => f.write_str("give it a name")?,
            Reason::TooLong => {
                write!(f, "{} bytes, at most {MAX_NAME} are possible", self.name.len())?;
            }
            Reason::Start => f.write_str("a name cannot start with '.' or '-'")?,
            Reason::Digits => f.write_str("only digits would be taken for a process id")?,
            Reason::Character(c) => write!(f, "{c:?} cannot be part of a name")?,
        }
        f.write_str(" (names are made of A-Z a-z 0-9 . _ -)")
    }
}

impl std::error::Error for NameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_reads_back() {
        for name in ["node", "my.node", "a-b_c.7"] {
            let socket = SocketName::of_this_process(name).unwrap();
            assert_eq!(SocketName::parse(&socket.file_name()), Some(socket));
        }
    }

    #[test]
    fn foreign_file_names_are_ignored() {
        for file in [
            "node.sock",
            "node.0.sock",
            "node.+1.sock",
            ".1.sock",
            "node.1",
            "a b.1.sock",
            "n.99999999999.sock",
        ] {
            let file = format!("{}{file}", platform::FILE_PREFIX);
            assert_eq!(SocketName::parse(&file), None, "{file}");
        }
    }

    #[test]
    fn bad_names_say_why() {
        let message = |name: &str| SocketName::of_this_process(name).unwrap_err().to_string();
        assert!(message("").contains("give it a name"));
        assert!(message("a/b").contains("'/' cannot be part"));
        assert!(message("42").contains("process id"));
        assert!(message("../x").contains("start with"));
        assert!(message(&"x".repeat(49)).contains("at most 48"));
    }
}
