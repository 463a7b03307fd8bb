//! Names that are written once and referred to by number from then on.
//!
//! All of them are names of the schema, so there is an end to them.

use std::collections::HashMap;

use super::proto::{InternedData, InternedName};

/// The names that were written, and those that are still to be.
#[derive(Debug, Default)]
pub struct Names {
    /// Providers.
    pub categories: Table,
    /// Tracepoints.
    pub events: Table,
    /// Fields.
    pub fields: Table,
    /// Variants of enums.
    pub variants: Table,
}

/// Names of one kind.
#[derive(Debug, Default)]
pub struct Table {
    numbers: HashMap<String, u64>,
    fresh: Vec<InternedName>,
}

impl Names {
    /// The names that came to be since the last time. They belong into the packet that refers to them first.
    pub fn take_fresh(&mut self) -> Option<InternedData> {
        let Self { categories, events, fields, variants } = self;
        if [&*categories, events, fields, variants].iter().all(|table| table.fresh.is_empty()) {
            return None;
        }
        Some(InternedData {
            event_categories: std::mem::take(&mut categories.fresh),
            event_names: std::mem::take(&mut events.fresh),
            debug_annotation_names: std::mem::take(&mut fields.fresh),
            debug_annotation_string_values: std::mem::take(&mut variants.fresh),
        })
    }
}

impl Table {
    /// The number of a name: never 0, which stands for none.
    pub fn number(&mut self, name: &str) -> u64 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.numbers.len() as u64 + 1;
        self.numbers.insert(name.to_owned(), number);
        self.fresh.push(InternedName { iid: Some(number), name: Some(name.to_owned()) });
        number
    }
}
