//! The types that events are made of.

use std::collections::HashSet;
use std::sync::Arc;

use super::{EnumInfo, FieldInfo, FieldType, StructInfo};

/// All types within some events, each once.
#[derive(Default)]
pub(super) struct Reach<'a> {
    seen: HashSet<u64>,
    pub(super) enums: Vec<&'a Arc<EnumInfo>>,
    /// Those that others are made of come before these.
    pub(super) structs: Vec<&'a Arc<StructInfo>>,
}

impl<'a> Reach<'a> {
    /// Adds the types of some fields, and what these are made of.
    pub(super) fn add(&mut self, fields: &'a [FieldInfo]) {
        for field in fields {
            match field.ty.leaf() {
                FieldType::Enum(info) if self.seen.insert(info.type_id) => self.enums.push(info),
                FieldType::Struct(info) if self.seen.insert(info.type_id) => {
                    self.add(&info.fields);
                    self.structs.push(info);
                }
                _ => {}
            }
        }
    }
}
