//! All tracepoints of the process, numbered in the order in which they became known.
//!
//! Two declarations with one name and the same fields (the inline form at two places) are two *sites* of
//! one logical tracepoint. With other fields, the later one is refused: it stays off and is listed as a
//! conflict.

use crate::tracepoint::Known;
use crate::{Descriptor, Registration, Tracepoint};

/// Under the control lock. No code of the user runs there.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    entries: Vec<Entry>,
    conflicts: Vec<Conflict>,
    /// Of those that the program announced at load time, how many were looked at.
    known: usize,
}

/// One logical tracepoint.
#[derive(Debug)]
pub(crate) struct Entry {
    /// `net:ping`, for the patterns.
    pub(crate) name: String,
    /// Where it is declared; the first one describes it.
    pub(crate) sites: Vec<&'static Tracepoint>,
}

/// Two declarations that cannot both be listened to.
///
/// ```
/// for conflict in tracepoint_core::conflicts() {
///     eprintln!("{} is declared twice: {} and {}", conflict.refused, conflict.refused.file, conflict.registered.file);
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Conflict {
    /// The one that is registered.
    pub registered: &'static Descriptor,
    /// The one that stays off: another event with the same name, or with the same id.
    pub refused: &'static Descriptor,
}

impl Registry {
    /// Takes in what became known since the last call; returns the indices that are new or have a new
    /// site.
    pub(crate) fn refresh(&mut self) -> Vec<usize> {
        let mut changed = Vec::new();
        let known = inventory::iter::<Known>.into_iter().count();
        if known != self.known {
            self.known = known;
            let mut fresh: Vec<_> = inventory::iter::<Known>
                .into_iter()
                .map(|known| known.0)
                .filter(|it| it.index().is_none())
                .collect();
            // The order of constructors is the linker's; names give a stable one.
            fresh.sort_by_key(|it| (it.descriptor().provider, it.descriptor().name));
            for tracepoint in fresh {
                tracepoint.set_registration(Registration::Startup);
                changed.extend(self.add(tracepoint));
            }
        }
        changed.extend(Tracepoint::take_announced().filter_map(|tracepoint| self.add(tracepoint)));
        changed
    }

    fn add(&mut self, tracepoint: &'static Tracepoint) -> Option<usize> {
        if tracepoint.index().is_some() {
            return None;
        }
        let descriptor = tracepoint.descriptor();
        let index =
            match self.entries.iter().position(|entry| entry.descriptor().type_id == descriptor.type_id) {
                Some(index) => {
                    let registered = self.entries[index].descriptor();
                    let same = registered.provider == descriptor.provider
                        && registered.name == descriptor.name
                        && registered.same_shape(descriptor);
                    if !same {
                        self.refuse(registered, descriptor);
                        return None;
                    }
                    self.entries[index].sites.push(tracepoint);
                    index
                }
                None => {
                    // The tag on the wire is the index plus one.
                    if self.entries.len() >= usize::from(u16::MAX) {
                        self.refuse(descriptor, descriptor);
                        return None;
                    }
                    self.entries.push(Entry { name: descriptor.to_string(), sites: vec![tracepoint] });
                    self.entries.len() - 1
                }
            };
        tracepoint.set_index(index as u16);
        Some(index)
    }

    fn refuse(&mut self, registered: &'static Descriptor, refused: &'static Descriptor) {
        let seen = self.conflicts.iter().any(|conflict| std::ptr::eq(conflict.refused, refused));
        if !seen {
            self.conflicts.push(Conflict { registered, refused });
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    pub(crate) fn tracepoint(&self) -> &'static Tracepoint {
        self.sites[0]
    }

    pub(crate) fn descriptor(&self) -> &'static Descriptor {
        self.tracepoint().descriptor()
    }
}

/// All registered tracepoints, in the order of their index.
///
/// ```
/// for tracepoint in tracepoint_core::tracepoints() {
///     println!("{}: {}", tracepoint.descriptor(), tracepoint.descriptor().doc);
/// }
/// ```
pub fn tracepoints() -> Vec<&'static Tracepoint> {
    crate::control::lock().registry().entries().iter().map(Entry::tracepoint).collect()
}

/// Declarations that were refused, because another event has the same name or id.
///
/// ```
/// for conflict in tracepoint_core::conflicts() {
///     eprintln!("{}:{}: is also declared in {}", conflict.refused.file, conflict.refused.line, conflict.registered.file);
/// }
/// ```
pub fn conflicts() -> Vec<Conflict> {
    crate::control::lock().registry().conflicts.clone()
}

/// Registers a tracepoint that was made at run time, for instance by a binding to another language.
///
/// Lock-free. Registering twice does nothing.
///
/// ```
/// use tracepoint_core::{Descriptor, Field, Gate, Placed, Tracepoint, __macro::Losses};
///
/// static FIELDS: Placed<1> = Placed::new([Field::of::<u64>("nonce", "")]);
/// static PING: Descriptor = Descriptor::new("plugin", "ping", "", &FIELDS, file!(), line!());
/// static GATE: Gate = Gate::unregistered();
/// static LOSSES: Losses = Losses::new();
/// static TRACEPOINT: Tracepoint = Tracepoint::new(&PING, &GATE, &LOSSES);
///
/// tracepoint_core::register(&TRACEPOINT);
/// assert!(TRACEPOINT.index().is_none(), "taken in when somebody looks");
/// tracepoint_core::tracepoints();
/// assert!(TRACEPOINT.index().is_some());
/// ```
pub fn register(tracepoint: &'static Tracepoint) {
    tracepoint.announce(Registration::RunTime);
}
