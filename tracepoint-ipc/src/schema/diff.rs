//! What became of the types of events from one version of a program to the next.

mod members;

use std::collections::HashMap;
use std::fmt;

use super::SchemaDump;
use super::dump::{DumpedEnum, DumpedStruct, Id};
use members::{Member, Noun};

/// The differences between two schemas.
///
/// Readers of the old events read the new ones if all that happened is that events were added, fields or variants
/// were added at the end, or documentation changed. Everything else is incompatible.
///
/// ```
/// use tracepoint_ipc::schema::{Schema, SchemaDiff, SchemaDump};
///
/// # fn committed() -> String { Schema::of_process().dump().to_json() }
/// let old = SchemaDump::from_json(&committed())?;
/// let diff = SchemaDiff::between(&old, &Schema::of_process().dump());
/// for change in diff.changes() {
///     eprintln!("{change}");
/// }
/// assert!(diff.is_compatible());
/// # Ok::<(), tracepoint_ipc::schema::DumpError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaDiff {
    changes: Vec<Change>,
}

/// One difference. Displays as in `net:ping: field nonce was removed`.
///
/// ```
/// fn warn(change: &tracepoint_ipc::schema::Change) {
///     if !change.is_compatible {
///         eprintln!("{}: {}", change.subject, change.what);
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The event, struct or enum: `net:ping`, `struct OutPoint`, `enum Network`.
    pub subject: String,
    /// What became of it: `field nonce was removed`.
    pub what: String,
    /// Whether readers of the old events can read the new ones all the same.
    pub is_compatible: bool,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.what)
    }
}

impl SchemaDiff {
    /// Compares two versions.
    #[must_use]
    pub fn between(old: &SchemaDump, new: &SchemaDump) -> Self {
        let mut diff = Self::default();
        diff.events(&old.events, &new.events);
        diff.structs(&old.structs, &new.structs);
        diff.enums(&old.enums, &new.enums);
        diff
    }

    /// All differences: those of events first, then those of structs and enums within, each by name.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether readers of the old events can read the new ones.
    #[must_use]
    pub fn is_compatible(&self) -> bool {
        self.changes.iter().all(|change| change.is_compatible)
    }

    /// Events are told apart by name, from which their ids are made.
    fn events(&mut self, old: &[DumpedStruct], new: &[DumpedStruct]) {
        let by_name: HashMap<_, _> = new.iter().map(|event| (&event.name, event)).collect();
        for old in old {
            let Some(new) = by_name.get(&old.name) else {
                self.breaks(&old.name, "the event was removed");
                continue;
            };
            if old.id != new.id {
                self.breaks(&old.name, format!("its type id was {}, is {}", old.id, new.id));
            }
            self.fields(&old.name, old, new);
        }
        let known: HashMap<_, _> = old.iter().map(|event| (&event.name, ())).collect();
        for new in new.iter().filter(|new| !known.contains_key(&new.name)) {
            self.extends(&new.name, "the event was added");
        }
    }

    /// Structs and enums are told apart by id. Where a field got a type with another id, that is told there.
    fn structs(&mut self, old: &[DumpedStruct], new: &[DumpedStruct]) {
        let by_id: HashMap<Id, _> = new.iter().map(|it| (it.id, it)).collect();
        for old in old {
            if let Some(new) = by_id.get(&old.id) {
                self.fields(&format!("struct {}", old.name), old, new);
            }
        }
    }

    fn enums(&mut self, old: &[DumpedEnum], new: &[DumpedEnum]) {
        let by_id: HashMap<Id, _> = new.iter().map(|it| (it.id, it)).collect();
        for old in old {
            if let Some(new) = by_id.get(&old.id) {
                let subject = format!("enum {}", old.name);
                self.docs(&subject, &old.doc, &new.doc);
                let old: Vec<_> = old.variants.iter().map(Member::from).collect();
                let new: Vec<_> = new.variants.iter().map(Member::from).collect();
                self.members(&subject, Noun::Variant, &old, &new);
            }
        }
    }

    fn fields(&mut self, subject: &str, old: &DumpedStruct, new: &DumpedStruct) {
        self.docs(subject, &old.doc, &new.doc);
        let old: Vec<_> = old.fields.iter().map(Member::from).collect();
        let new: Vec<_> = new.fields.iter().map(Member::from).collect();
        self.members(subject, Noun::Field, &old, &new);
    }

    fn docs(&mut self, subject: &str, old: &str, new: &str) {
        if old != new {
            self.extends(subject, "its documentation changed");
        }
    }

    fn breaks(&mut self, subject: &str, what: impl Into<String>) {
        self.changes.push(Change { subject: subject.to_owned(), what: what.into(), is_compatible: false });
    }

    fn extends(&mut self, subject: &str, what: impl Into<String>) {
        self.changes.push(Change { subject: subject.to_owned(), what: what.into(), is_compatible: true });
    }
}
