//! Puts types together that use each other.

use std::collections::HashMap;
use std::sync::Arc;

use super::Enums;
use super::raw::{Body, RawMember, RawStruct, RawType};
use crate::schema::kind::Kind;
use crate::schema::types::EventType;
use crate::schema::{FieldInfo, FieldType, SchemaError, StructInfo, limits};

/// Puts types together.
pub(super) struct Resolver<'a> {
    raw: &'a HashMap<u64, RawStruct>,
    enums: &'a Enums,
    /// Structs that are done, or `None` while they are worked on: who needs one of these is part of itself.
    done: HashMap<u64, Option<Extent<Arc<StructInfo>>>>,
    /// How many are worked on.
    depth: usize,
}

/// Something with how much there is of it.
#[derive(Clone)]
struct Extent<T> {
    it: T,
    /// Fields, those of structs within included.
    size: usize,
    /// Structs within each other.
    height: usize,
}

impl<T> Extent<T> {
    fn of(it: T) -> Self {
        Self { it, size: 0, height: 0 }
    }

    fn map<U>(self, f: impl FnOnce(T) -> U) -> Extent<U> {
        Extent { it: f(self.it), size: self.size, height: self.height }
    }
}

/// A member as it is to be read.
struct Place {
    ty: Extent<FieldType>,
    ordinal: Option<u16>,
    offset: u32,
    tag: u32,
    default: u64,
}

impl Place {
    /// Of what cannot be read.
    fn unsupported(ordinal: Option<u16>) -> Self {
        Self { ty: Extent::of(FieldType::Unsupported), ordinal, offset: 0, tag: 0, default: 0 }
    }
}

impl<'a> Resolver<'a> {
    pub(super) fn new(raw: &'a HashMap<u64, RawStruct>, enums: &'a Enums) -> Self {
        Self { raw, enums, done: HashMap::new(), depth: 0 }
    }

    /// The type of an event, if its struct is among the nodes.
    pub(super) fn event(&mut self, type_id: u64) -> Result<Option<EventType>, SchemaError> {
        let Some(raw) = self.raw.get(&type_id) else { return Ok(None) };
        let before = self.done.insert(type_id, None);
        let fields = self.fields(raw);
        match before {
            Some(before) => self.done.insert(type_id, before),
            None => self.done.remove(&type_id),
        };
        Ok(Some(EventType {
            type_id,
            full_name: raw.name.clone(),
            type_name: raw.type_name.clone(),
            doc: raw.doc.clone(),
            fields: fields?.it,
            layout: raw.layout,
        }))
    }

    fn structure(&mut self, type_id: u64) -> Result<Option<Extent<Arc<StructInfo>>>, SchemaError> {
        if let Some(done) = self.done.get(&type_id) {
            return Ok(done.clone());
        }
        let raw = match self.raw.get(&type_id) {
            Some(raw) if !raw.is_group && self.depth < limits::DEPTH => raw,
            _ => return Ok(None),
        };
        self.done.insert(type_id, None);
        self.depth += 1;
        let fields = self.fields(raw);
        self.depth -= 1;
        let info = fields?.map(|fields| {
            Arc::new(StructInfo {
                type_id,
                name: raw.name.clone(),
                type_name: raw.type_name.clone(),
                doc: raw.doc.clone(),
                is_flat: !fields.iter().any(|field| field.ty.is_pointer()),
                fields,
                layout: raw.layout,
            })
        });
        self.done.insert(type_id, Some(info.clone()));
        Ok(Some(info))
    }

    /// The fields of a struct, in the order of their ordinals.
    fn fields(&mut self, raw: &RawStruct) -> Result<Extent<Vec<FieldInfo>>, SchemaError> {
        let mut places = Vec::new();
        for member in &raw.members {
            places.push((self.place(member)?, member));
        }
        // Those without an ordinal are of a kind that is not known. They stay behind what they stand behind.
        let mut last = 0;
        for (place, _) in &mut places {
            last = *place.ordinal.get_or_insert(last);
        }
        places.sort_by_key(|(place, _)| place.ordinal);
        let mut all = Extent::of(Vec::new());
        for (place, member) in places {
            let mut ty = place.ty;
            if all.size + 1 + ty.size > limits::EXPANDED || ty.height > limits::DEPTH {
                ty = Extent::of(FieldType::Unsupported);
            }
            all.size += 1 + ty.size;
            all.height = all.height.max(ty.height + 1);
            check_place(&ty.it, place.offset)?;
            all.it.push(FieldInfo {
                name: member.name.clone(),
                member_name: member.member_name.clone(),
                doc: member.doc.clone(),
                ty: ty.it,
                ordinal: place.ordinal.unwrap_or_default(),
                offset: place.offset,
                tag: place.tag,
                default: place.default,
            });
        }
        Ok(all)
    }

    fn place(&mut self, member: &RawMember) -> Result<Place, SchemaError> {
        match &member.body {
            // Which member of a union is there, is told elsewhere.
            _ if member.discriminant.is_some() => Ok(Place::unsupported(member.ordinal)),
            Body::Slot { ty, offset, default } => {
                let (ty, ordinal) = (self.ty(ty, member.kind)?, member.ordinal);
                Ok(Place { ty, ordinal, offset: *offset, tag: 0, default: *default })
            }
            Body::Group(id) => match self.raw.get(id) {
                Some(group) if group.is_group => self.option(group),
                _ => Ok(Place::unsupported(None)),
            },
            Body::Unknown => Ok(Place::unsupported(member.ordinal)),
        }
    }

    /// A group with a union of `none` and `some`. Members that were added to the union later make no difference:
    /// a value that is neither cannot be read.
    fn option(&mut self, group: &RawStruct) -> Result<Place, SchemaError> {
        let ordinal = group.members.iter().filter_map(|member| member.ordinal).min();
        let member = |discriminant| group.members.iter().find(|it| it.discriminant == Some(discriminant));
        let (Some(tag), Some(none), Some(some)) = (group.union, member(0), member(1)) else {
            return Ok(Place::unsupported(ordinal));
        };
        match (&none.body, &some.body) {
            (Body::Slot { ty: RawType::Void, .. }, Body::Slot { ty, offset, default }) => {
                let ty = match self.ty(ty, some.kind)? {
                    Extent { it: FieldType::Unsupported, .. } => Extent::of(FieldType::Unsupported),
                    some => some.map(|ty| FieldType::Option(Arc::new(ty))),
                };
                Ok(Place { ty, ordinal, offset: *offset, tag, default: *default })
            }
            _ => Ok(Place::unsupported(ordinal)),
        }
    }

    fn ty(&mut self, raw: &RawType, kind: Option<Kind>) -> Result<Extent<FieldType>, SchemaError> {
        Ok(match raw {
            RawType::Plain(plain) => Extent::of(match (plain, kind) {
                (FieldType::UInt64, Some(Kind::Duration)) => FieldType::Duration,
                (FieldType::Int64, Some(Kind::Time)) => FieldType::Time,
                (FieldType::Data, Some(Kind::Ip)) => FieldType::IpAddr,
                (plain, _) => plain.clone(),
            }),
            RawType::Enum(id) => Extent::of(match self.enums.get(id) {
                Some(info) => FieldType::Enum(info.clone()),
                None => FieldType::Unsupported,
            }),
            RawType::Struct(id) => match self.structure(*id)? {
                Some(info) => info.map(FieldType::Struct),
                None => Extent::of(FieldType::Unsupported),
            },
            RawType::List(of) => match self.ty(of, kind)? {
                Extent { it: FieldType::Unsupported, .. } => Extent::of(FieldType::Unsupported),
                of => of.map(|of| FieldType::List(Arc::new(of))),
            },
            RawType::Void | RawType::Unknown => Extent::of(FieldType::Unsupported),
        })
    }
}

/// A field lies within the largest of structs.
fn check_place(ty: &FieldType, offset: u32) -> Result<(), SchemaError> {
    if u64::from(offset) * ty.bits() >= limits::DATA_BITS { Err(SchemaError::BadOffset) } else { Ok(()) }
}
