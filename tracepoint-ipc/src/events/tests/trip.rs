//! What is written is read, and damage is an error or another value.

use proptest::collection::vec;
use proptest::prelude::*;
use tracepoint_core::StructReader;

use super::model::{Dice, Message, roll_all, root, shown};
use crate::events::Value;
use crate::events::budget::Budget;
use crate::schema::tests::any;
use crate::schema::{EventType, Schema};

fn event_of(types: &[tracepoint_core::Type]) -> EventType {
    let schema = Schema::of_descriptors(&[any::event("trip", types)]);
    schema.events().next().expect("one event").clone()
}

/// Values and bytes that one comes by when a value is walked through.
fn walk(value: Value<'_>) -> usize {
    1 + match value {
        Value::Text(text) => text.len(),
        Value::Data(data) => data.len(),
        Value::List(list) => list.iter().map(walk).sum(),
        Value::Struct(structure) => structure.fields().map(|(_, value)| walk(value)).sum(),
        _ => 0,
    }
}

proptest! {
    #[test]
    fn values_of_every_type_are_read_as_they_were_written(types in vec(any::types(), 1..10), seed in 1..u64::MAX) {
        let event = event_of(&types);
        let values = roll_all(&event.fields, &mut Dice(seed));
        let bytes = Message::of(event.layout, &event.fields, &values).bytes();
        let mut budget = Budget::of(root(&bytes));
        for (field, model) in event.fields.iter().zip(&values) {
            let value = budget.read(field, root(&bytes));
            prop_assert_eq!(value.map(|it| it.to_string()), Ok(shown(&field.ty, model, false)), "{}", &field.ty);
        }
    }

    #[test]
    fn damaged_values_are_read_in_bounded_time(
        types in vec(any::types(), 1..10),
        seed in 1..u64::MAX,
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let event = event_of(&types);
        let values = roll_all(&event.fields, &mut Dice(seed));
        let mut bytes = Message::of(event.layout, &event.fields, &values).bytes();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] ^= value;
        }
        if let Ok(payload) = StructReader::root(&bytes) {
            let mut budget = Budget::of(payload);
            let values = event.fields.iter().filter_map(|field| budget.read(field, payload).ok());
            let steps: usize = values.map(walk).sum();
            // 64 values in a word at most, and as many words as there are, or a thousand that are not there.
            prop_assert!(steps <= 2 * 64 * (bytes.len() / 8 + 1024), "{steps} steps for {} bytes", bytes.len());
        }
    }
}
