//! What a process says about its types arrives as it was said.

use proptest::prelude::*;
use tracepoint_core::{Descriptor, Field, Type};

use super::any;
use crate::schema::{FieldInfo, FieldType, Schema};

fn check(fields: &[FieldInfo], expected: &[Field]) {
    assert_eq!(fields.len(), expected.len());
    let mut ordinal = 0;
    for (field, expected) in fields.iter().zip(expected) {
        assert_eq!((field.name.as_str(), field.doc.as_str()), (expected.name, expected.doc));
        assert_eq!((field.offset, field.tag), (expected.slot.offset, expected.slot.tag), "{}", field.name);
        assert_eq!(field.ordinal, ordinal);
        ordinal += if matches!(field.ty, FieldType::Option(_)) { 2 } else { 1 };
        check_type(&field.ty, &expected.ty);
    }
}

fn check_type(ty: &FieldType, expected: &Type) {
    assert_eq!(ty.to_string(), expected.to_string());
    match (ty, expected) {
        (FieldType::List(of), Type::List(expected)) | (FieldType::Option(of), Type::Option(expected)) => {
            check_type(of, expected);
        }
        (FieldType::Struct(info), Type::Struct(expected)) => {
            assert_eq!((info.doc.as_str(), info.layout), (expected.doc, expected.layout));
            check(&info.fields, expected.fields);
        }
        (FieldType::Enum(info), Type::Enum(expected)) => {
            let names = |variants: &[crate::schema::VariantInfo]| {
                variants.iter().map(|variant| variant.name.clone()).collect::<Vec<_>>()
            };
            let expected: Vec<_> = expected.variants.iter().map(|variant| variant.name).collect();
            assert_eq!(names(&info.variants), expected);
        }
        (ty, expected) => assert_eq!(format!("{ty:?}"), format!("{expected:?}")),
    }
}

fn check_all(descriptors: &[&'static Descriptor]) -> Schema {
    let schema = Schema::of_descriptors(descriptors);
    assert_eq!(schema.events().len(), descriptors.len());
    for (event, descriptor) in schema.events().zip(descriptors) {
        assert_eq!((event.full_name.clone(), event.type_id), (descriptor.to_string(), descriptor.type_id));
        assert_eq!(event.layout, descriptor.layout);
        check(&event.fields, descriptor.fields);
    }
    schema
}

proptest! {
    #[test]
    fn every_type_survives_the_trip(descriptors in any::events()) {
        check_all(&descriptors);
    }
}
