//! The schema as a file for the `capnp` tool.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::kind::Kind;
use super::naming::Scope;
use super::reach::Reach;
use super::types::EventType;
use super::{EVENT_ID, EnumInfo, FieldInfo, FieldType, control};

/// The id of the file.
const FILE_ID: u64 = 0xb8e6_41f9_05ad_7c23;

/// The id of the annotation `kind` in the file. Not that of the interface: a program may use both.
pub(super) const KIND_ID: u64 = 0x93f5_0c7e_d81b_64a2;

/// The members of `Event` that are there whatever the events.
const HEADER: [&str; 4] = ["time", "sequence", "thread", "control"];

/// Writes a schema file. Ids, ordinals and so all offsets are those of the nodes. Events that are not `wanted`
/// keep their number in the union, but their fields are left out.
pub(super) fn file(events: &[EventType], wanted: impl Fn(&EventType) -> bool) -> String {
    let mut reach = Reach::default();
    let mut names = Names::default();
    let wanted: Vec<_> = events.iter().map(|event| wanted(event).then_some(event)).collect();
    for event in wanted.iter().flatten() {
        reach.add(&event.fields);
        names.add(event.type_id, &event.type_name);
    }
    reach.enums.iter().for_each(|info| names.add(info.type_id, &info.type_name));
    reach.structs.iter().for_each(|info| names.add(info.type_id, &info.type_name));

    let mut file = File { out: format!("@{FILE_ID:#018x};\n"), names };
    let mut fields = wanted.iter().flatten().flat_map(|event| &event.fields);
    let mut nested = reach.structs.iter().flat_map(|info| &info.fields);
    if fields.any(has_kind) || nested.any(has_kind) {
        file.kind();
    }
    file.header(events, &wanted);
    for event in wanted.iter().flatten() {
        file.structure(event.type_id, &event.fields, &[&event.full_name, &event.doc]);
    }
    for info in &reach.structs {
        let name = if info.name == info.type_name { "" } else { &info.name };
        file.structure(info.type_id, &info.fields, &[name, &info.doc]);
    }
    reach.enums.iter().for_each(|info| file.enumeration(info));
    file.out.push_str(&control::text());
    file.out
}

/// Names of types. Those that came from another process are made to follow the rules.
struct Names {
    scope: Scope,
    by_id: HashMap<u64, String>,
}

impl Default for Names {
    fn default() -> Self {
        let mut scope = Scope::of_types();
        scope.type_name(&["Event"]);
        Self { scope, by_id: HashMap::new() }
    }
}

impl Names {
    fn add(&mut self, id: u64, name: &str) {
        let name = self.scope.type_name(&[name]);
        self.by_id.insert(id, name);
    }

    fn get(&self, id: u64) -> &str {
        self.by_id.get(&id).map_or("AnyPointer", String::as_str)
    }
}

struct File {
    out: String,
    names: Names,
}

impl File {
    fn kind(&mut self) {
        let _ = writeln!(self.out, "\nannotation kind @{KIND_ID:#018x} (field) :Text;");
        self.comment(
            "",
            "What a number or bytes stand for: \"duration\" (nanoseconds), \"time\" (nanoseconds since the\n\
             Unix epoch), \"ip\" (4 or 16 bytes in network order). Of a list: what its elements stand for.",
        );
    }

    fn header(&mut self, events: &[EventType], wanted: &[Option<&EventType>]) {
        let _ = writeln!(self.out, "\nstruct Event @{EVENT_ID:#018x} {{");
        self.out.push_str("  time @0 :UInt64;\n  sequence @1 :UInt64;\n  thread @2 :UInt32;\n");
        if events.is_empty() {
            // A union has two members or more.
            self.out.push_str("  control @3 :Control;\n");
        } else {
            self.out.push_str("  union {\n    control @3 :Control;\n");
            let mut scope = Scope::default();
            // The names of the header, as in the nodes.
            for name in HEADER {
                scope.member_name(&[name]);
            }
            for (at, (event, wanted)) in events.iter().zip(wanted).enumerate() {
                let member = scope.member_name(&[&event.type_name]);
                let type_name = wanted.map_or("AnyPointer", |event| self.names.get(event.type_id));
                let _ = writeln!(self.out, "    {member} @{} :{type_name};", at + 4);
            }
            self.out.push_str("  }\n");
        }
        self.out.push_str("}\n");
    }

    fn structure(&mut self, id: u64, fields: &[FieldInfo], comments: &[&str]) {
        let _ = writeln!(self.out, "\nstruct {} @{id:#018x} {{", self.names.get(id));
        comments.iter().for_each(|text| self.comment("  ", text));
        let mut scope = Scope::default();
        for field in fields {
            let name = scope.member_name(&[&field.member_name]);
            self.field(&name, field);
        }
        self.out.push_str("}\n");
    }

    fn field(&mut self, name: &str, field: &FieldInfo) {
        let ordinal = field.ordinal;
        let kind = kind(field).map(|kind| format!(" $kind(\"{}\")", kind.name())).unwrap_or_default();
        if let FieldType::Option(some) = &field.ty {
            let some = self.type_name(some);
            let _ = writeln!(self.out, "  {name} :union {{");
            self.comment("    ", &field.doc);
            let _ = writeln!(self.out, "    none @{ordinal} :Void;");
            let _ = writeln!(self.out, "    some @{} :{some}{kind};", u32::from(ordinal) + 1);
            self.out.push_str("  }\n");
        } else {
            let ty = self.type_name(&field.ty);
            let _ = writeln!(self.out, "  {name} @{ordinal} :{ty}{kind};");
            self.comment("  ", &field.doc);
        }
    }

    fn enumeration(&mut self, info: &EnumInfo) {
        let _ = writeln!(self.out, "\nenum {} @{:#018x} {{", self.names.get(info.type_id), info.type_id);
        self.comment("  ", &info.doc);
        let mut scope = Scope::default();
        for (ordinal, variant) in info.variants.iter().enumerate() {
            let name = scope.member_name(&[&variant.member_name]);
            let _ = writeln!(self.out, "  {name} @{ordinal};");
            self.comment("  ", &variant.doc);
        }
        self.out.push_str("}\n");
    }

    /// A comment stands behind what it describes.
    fn comment(&mut self, indent: &str, text: &str) {
        for line in text.lines() {
            let line = line.replace(char::is_control, " ");
            let _ = writeln!(self.out, "{}", format!("{indent}# {line}").trim_end());
        }
    }

    fn type_name(&self, ty: &FieldType) -> String {
        match ty {
            FieldType::Bool => "Bool".to_owned(),
            FieldType::Int8 => "Int8".to_owned(),
            FieldType::Int16 => "Int16".to_owned(),
            FieldType::Int32 => "Int32".to_owned(),
            FieldType::Int64 | FieldType::Time => "Int64".to_owned(),
            FieldType::UInt8 => "UInt8".to_owned(),
            FieldType::UInt16 => "UInt16".to_owned(),
            FieldType::UInt32 => "UInt32".to_owned(),
            FieldType::UInt64 | FieldType::Duration => "UInt64".to_owned(),
            FieldType::Float32 => "Float32".to_owned(),
            FieldType::Float64 => "Float64".to_owned(),
            FieldType::Text => "Text".to_owned(),
            FieldType::Data | FieldType::IpAddr => "Data".to_owned(),
            FieldType::Enum(info) => self.names.get(info.type_id).to_owned(),
            FieldType::Struct(info) => self.names.get(info.type_id).to_owned(),
            FieldType::List(of) => format!("List({})", self.type_name(of)),
            FieldType::Option(_) | FieldType::Unsupported => "AnyPointer".to_owned(),
        }
    }
}

/// What the values of a field stand for, or those in it.
fn kind(field: &FieldInfo) -> Option<Kind> {
    match field.ty.leaf() {
        FieldType::Duration => Some(Kind::Duration),
        FieldType::Time => Some(Kind::Time),
        FieldType::IpAddr => Some(Kind::Ip),
        _ => None,
    }
}

fn has_kind(field: &FieldInfo) -> bool {
    kind(field).is_some()
}
