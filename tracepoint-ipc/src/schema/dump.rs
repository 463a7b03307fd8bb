//! A schema in a form to be kept under version control: JSON that says the same for the same types, whatever the
//! process, the build or the order of registration.

use std::fmt;

use serde::{Deserialize, Serialize};
use tracepoint_core::StructLayout;

use super::reach::Reach;
use super::{EventType, FieldInfo, FieldType};

/// What the file says it is.
const FORMAT: &str = "tracepoint schema";

/// Of the form. A reader takes older ones.
const VERSION: u32 = 1;

/// The types of all events, sorted by name. See [`SchemaDiff`](super::SchemaDiff) for what it is good for.
///
/// ```
/// use tracepoint_ipc::schema::{Schema, SchemaDump};
///
/// let dump = Schema::of_process().dump();
/// assert_eq!(SchemaDump::from_json(&dump.to_json())?, dump);
/// # Ok::<(), tracepoint_ipc::schema::DumpError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaDump {
    format: String,
    version: u32,
    pub(super) events: Vec<DumpedStruct>,
    pub(super) structs: Vec<DumpedStruct>,
    pub(super) enums: Vec<DumpedEnum>,
}

/// An event or a struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DumpedStruct {
    pub(super) name: String,
    pub(super) id: Id,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) doc: String,
    data_words: u16,
    pointers: u16,
    pub(super) fields: Vec<DumpedField>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DumpedField {
    ordinal: u16,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) ty: String,
    /// Of the enum or struct that it is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) type_id: Option<Id>,
    pub(super) offset: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<u32>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) doc: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DumpedEnum {
    pub(super) name: String,
    pub(super) id: Id,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) doc: String,
    pub(super) variants: Vec<DumpedVariant>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DumpedVariant {
    ordinal: u16,
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) doc: String,
}

/// The id of a type. In hexadecimal digits, as in schema files; not every reader of JSON has numbers of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Id(u64);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}", self.0)
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for Id {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix("0x").unwrap_or_default();
        u64::from_str_radix(digits, 16)
            .map(Id)
            .map_err(|_| format!("'{text}' is no id, as in '0x8000000000000001'"))
    }
}

impl SchemaDump {
    pub(super) fn new(events: &[EventType]) -> Self {
        let mut reach = Reach::default();
        events.iter().for_each(|event| reach.add(&event.fields));
        let mut dump = Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            events: events
                .iter()
                .map(|it| DumpedStruct::new(&it.full_name, it.type_id, &it.doc, it.layout, &it.fields))
                .collect(),
            structs: reach
                .structs
                .iter()
                .map(|it| DumpedStruct::new(&it.name, it.type_id, &it.doc, it.layout, &it.fields))
                .collect(),
            enums: reach
                .enums
                .iter()
                .map(|it| DumpedEnum {
                    name: it.name.clone(),
                    id: Id(it.type_id),
                    doc: it.doc.clone(),
                    variants: (0..)
                        .zip(&it.variants)
                        .map(|(ordinal, it)| DumpedVariant {
                            ordinal,
                            name: it.name.clone(),
                            doc: it.doc.clone(),
                        })
                        .collect(),
                })
                .collect(),
        };
        for list in [&mut dump.events, &mut dump.structs] {
            list.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        }
        dump.enums.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        dump
    }

    /// Reads what [`to_json`](Self::to_json) has written.
    ///
    /// # Errors
    /// It is something else, or was written by a newer version.
    pub fn from_json(json: &str) -> Result<Self, DumpError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let value: serde_json::Value = serde_json::from_str(json).map_err(DumpError::NotJson)?;
        match Head::deserialize(&value) {
            Ok(head) if head.format != FORMAT => Err(DumpError::NotASchema),
            Ok(head) if head.version > VERSION => Err(DumpError::Newer(head.version)),
            Ok(_) => Self::deserialize(value).map_err(DumpError::Malformed),
            Err(_) => Err(DumpError::NotASchema),
        }
    }

    /// As JSON, with a line for each thing that can change.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("strings and numbers are JSON");
        json.push('\n');
        json
    }
}

impl DumpedStruct {
    fn new(name: &str, id: u64, doc: &str, layout: StructLayout, fields: &[FieldInfo]) -> Self {
        Self {
            name: name.to_owned(),
            id: Id(id),
            doc: doc.to_owned(),
            data_words: layout.data_words,
            pointers: layout.pointers,
            fields: fields.iter().map(DumpedField::new).collect(),
        }
    }
}

impl DumpedField {
    fn new(field: &FieldInfo) -> Self {
        Self {
            ordinal: field.ordinal,
            name: field.name.clone(),
            ty: field.ty.to_string(),
            type_id: match field.ty.leaf() {
                FieldType::Enum(info) => Some(Id(info.type_id)),
                FieldType::Struct(info) => Some(Id(info.type_id)),
                _ => None,
            },
            offset: field.offset,
            tag: matches!(field.ty, FieldType::Option(_)).then_some(field.tag),
            doc: field.doc.clone(),
        }
    }
}

/// Why a text is not the dump of a schema.
///
/// ```
/// use tracepoint_ipc::schema::SchemaDump;
///
/// let error = SchemaDump::from_json("{}").unwrap_err();
/// assert!(error.to_string().contains("tracepoint schema dump"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum DumpError {
    /// It is no JSON.
    NotJson(serde_json::Error),
    /// It is JSON of something else.
    NotASchema,
    /// It was written by a newer version, in a form with this number.
    Newer(u32),
    /// Something in it is missing or wrong.
    Malformed(serde_json::Error),
}

impl fmt::Display for DumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ADVICE: &str = "`tracepoint schema dump` writes what is wanted here";
        match self {
            Self::NotJson(error) => write!(f, "it is no JSON ({error}); {ADVICE}"),
            Self::NotASchema => write!(f, "it does not describe a schema; {ADVICE}"),
            Self::Newer(version) => {
                write!(f, "it was written by a newer version (form {version}, and {VERSION} is known here)")
            }
            Self::Malformed(error) => write!(f, "it is damaged ({error}); {ADVICE}"),
        }
    }
}

impl std::error::Error for DumpError {}
