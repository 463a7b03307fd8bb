//! The types that fields can have besides numbers, text and bytes.

use tracepoint_core::StructLayout;

use super::FieldInfo;

/// A struct within events.
///
/// ```
/// fn outline(info: &tracepoint_ipc::schema::StructInfo) -> String {
///     let fields: Vec<_> = info.fields.iter().map(|field| format!("{}: {}", field.name, field.ty)).collect();
///     format!("{} {{ {} }}", info.name, fields.join(", "))
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StructInfo {
    /// Identity.
    pub type_id: u64,
    /// As in `OutPoint` or `Entry<text, u64>`.
    pub name: String,
    /// The Cap'n Proto name, unique within the schema.
    pub type_name: String,
    /// The doc comment in the traced program, without markers.
    pub doc: String,
    /// In the order of their declaration.
    pub fields: Vec<FieldInfo>,
    /// Size of the Cap'n Proto struct in this schema. In a message it may have another one.
    pub layout: StructLayout,
    /// Whether nothing in it lies behind a pointer.
    pub(crate) is_flat: bool,
}

impl StructInfo {
    /// A field, by its name as in `txid`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldInfo> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A C-like enum.
///
/// ```
/// fn variants(info: &tracepoint_ipc::schema::EnumInfo) -> Vec<&str> {
///     info.variants.iter().map(|variant| variant.name.as_str()).collect()
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EnumInfo {
    /// Identity.
    pub type_id: u64,
    /// As in `ConnectionType`.
    pub name: String,
    /// The Cap'n Proto name, unique within the schema.
    pub type_name: String,
    /// The doc comment in the traced program, without markers.
    pub doc: String,
    /// The ordinal of a variant is its position here.
    pub variants: Vec<VariantInfo>,
}

/// A variant of a C-like enum.
///
/// ```
/// fn help(variant: &tracepoint_ipc::schema::VariantInfo) -> String {
///     format!("{}  {}", variant.name, variant.doc)
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VariantInfo {
    /// As in `outbound_full_relay`.
    pub name: String,
    /// The Cap'n Proto name, as in `outboundFullRelay`.
    pub member_name: String,
    /// The doc comment in the traced program, without markers.
    pub doc: String,
}
