//! Values of fields as annotations of events.

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
        _ => return DebugAnnotation::default(),
    };
    DebugAnnotation { value: Some(value), ..DebugAnnotation::default() }
}

/// A value that a counter can show.
pub fn count(value: Value<'_>) -> Option<CounterValue> {
    match value {
        Value::Int(value) => Some(CounterValue::Int(value)),
        Value::UInt(value) => {
            Some(i64::try_from(value).map_or(CounterValue::Double(value as f64), CounterValue::Int))
        }
        Value::Float(value) => Some(CounterValue::Double(value)),
        _ => None,
    }
}
