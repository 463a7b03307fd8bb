//! Names as Cap'n Proto wants them: camel case, ASCII, unique within their scope.

use std::collections::HashSet;

use super::control;

/// Words that start a declaration, so that a schema file cannot use them as the name of a member.
const RESERVED: [&str; 12] = [
    "annotation",
    "const",
    "embed",
    "enum",
    "extends",
    "group",
    "import",
    "interface",
    "struct",
    "union",
    "using",
    "void",
];

/// Types of the language, which no other type may hide.
const BUILT_IN: [&str; 19] = [
    "Void",
    "Bool",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Float32",
    "Float64",
    "Text",
    "Data",
    "List",
    "AnyPointer",
    "AnyStruct",
    "AnyList",
    "Capability",
];

/// Gives out names and keeps them unique.
#[derive(Default)]
pub(super) struct Scope(HashSet<String>);

impl Scope {
    /// The scope of all types of a schema. Those of control messages are in it.
    pub(super) fn of_types() -> Self {
        let control = control::nodes();
        let names = control.iter().map(|node| control::name(*node)).chain(BUILT_IN);
        Self(names.map(str::to_owned).collect())
    }

    /// The name of a type: `NetInboundMessage` for `["net", "inbound_message"]`.
    pub(super) fn type_name(&mut self, parts: &[&str]) -> String {
        self.claim(camel(parts))
    }

    /// The name of a field or an enumerant: `peerId` for `["peer_id"]`.
    pub(super) fn member_name(&mut self, parts: &[&str]) -> String {
        let mut name = camel(parts);
        name[..1].make_ascii_lowercase();
        if RESERVED.contains(&name.as_str()) {
            name.push_str("Value");
        }
        self.claim(name)
    }

    fn claim(&mut self, name: String) -> String {
        let mut unique = name.clone();
        let mut count = 1;
        while !self.0.insert(unique.clone()) {
            count += 1;
            unique = format!("{name}X{count}");
        }
        unique
    }
}

/// Camel case with a capital first letter. Never empty, ASCII letters and digits only.
fn camel(parts: &[&str]) -> String {
    let mut name = String::new();
    for part in parts {
        let mut capital = true;
        for c in part.chars() {
            match c {
                _ if c.is_ascii_alphanumeric() => {
                    name.push(if capital { c.to_ascii_uppercase() } else { c });
                    capital = false;
                }
                _ if c.is_alphanumeric() => {
                    name.push_str(&format!("U{:x}", u32::from(c)));
                    capital = true;
                }
                _ => capital = true,
            }
        }
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert(0, 'N');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_capnp() {
        let mut scope = Scope::default();
        assert_eq!(scope.type_name(&["net", "inbound_message"]), "NetInboundMessage");
        assert_eq!(scope.type_name(&["ConnectionType"]), "ConnectionType");
        assert_eq!(scope.member_name(&["peer_id"]), "peerId");
        assert_eq!(scope.member_name(&["union"]), "unionValue");
        assert_eq!(scope.member_name(&["größe"]), "grUf6UdfE");
        assert_eq!(scope.member_name(&["_"]), "n");
        assert_eq!(scope.member_name(&["7th"]), "n7th");
    }

    #[test]
    fn types_of_the_language_keep_their_names() {
        let mut scope = Scope::of_types();
        assert_eq!(scope.type_name(&["List"]), "ListX2");
        assert_eq!(scope.type_name(&["u_int64"]), "UInt64X2");
        assert_eq!(scope.type_name(&["Listing"]), "Listing");
    }

    #[test]
    fn names_that_meet_are_told_apart() {
        let mut scope = Scope::default();
        assert_eq!(scope.member_name(&["peer_id"]), "peerId");
        assert_eq!(scope.member_name(&["peerId"]), "peerIdX2");
        assert_eq!(scope.member_name(&["peer__id"]), "peerIdX3");
    }
}
