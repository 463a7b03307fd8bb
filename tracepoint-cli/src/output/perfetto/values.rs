//! Values of fields as annotations of events.

use std::time::Duration;

use tracepoint_ipc::Value;

use super::names::Names;
use super::proto::event::CounterValue;
use super::proto::{DebugAnnotation, annotation};
use crate::output::hex;

/// A field, by the number of its name, with its value.
pub fn annotation(names: &mut Names, name_iid: u64, value: Value<'_>) -> DebugAnnotation {
    DebugAnnotation { name_iid: Some(name_iid), ..of_value(names, value) }
}

fn of_value(names: &mut Names, value: Value<'_>) -> DebugAnnotation {
    use annotation::Value as To;
    let value = match value {
        Value::Bool(value) => To::Bool(value),
        Value::Int(value) => To::Int(value),
        Value::UInt(value) => To::Uint(value),
        Value::Float(value) => To::Double(value),
        Value::Text(value) => To::String(value.to_owned()),
        Value::Data(value) => To::String(hex::text(value)),
        Value::Enum { name: Some(name), .. } => To::StringIid(names.variants.number(name)),
        Value::Enum { ordinal, name: None } => To::Uint(ordinal.into()),
        Value::Duration(value) => To::Uint(nanos(value)),
        Value::Time(nanos) => To::Int(nanos),
        Value::IpAddr(value) => To::String(value.to_string()),
        Value::List(list) => {
            let array_values = list.iter().map(|value| of_value(names, value)).collect();
            return DebugAnnotation { array_values, ..DebugAnnotation::default() };
        }
        Value::Struct(structure) => {
            let entries = structure.fields().map(|(field, value)| {
                let name = names.fields.number(&field.name);
                annotation(names, name, value)
            });
            return DebugAnnotation { dict_entries: entries.collect(), ..DebugAnnotation::default() };
        }
        // It has a name, but no value.
        _ => return DebugAnnotation::default(),
    };
    DebugAnnotation { value: Some(value), ..DebugAnnotation::default() }
}

/// A value as a counter shows it; `None` if it is missing, or no number.
pub fn count(value: Value<'_>) -> Option<CounterValue> {
    let unsigned = |value| i64::try_from(value).map_or(CounterValue::Double(value as f64), CounterValue::Int);
    match value {
        Value::Int(value) => Some(CounterValue::Int(value)),
        Value::UInt(value) => Some(unsigned(value)),
        Value::Duration(value) => Some(unsigned(nanos(value))),
        Value::Float(value) => Some(CounterValue::Double(value)),
        _ => None,
    }
}

/// Nothing on the wire is longer.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
