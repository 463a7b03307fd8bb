//! Fields that are shown as counters.

use tracepoint_ipc::schema::{EventType, FieldType};

use super::proto::CounterUnit;
use crate::exit::Failure;

/// A field that is shown as a counter.
#[derive(Debug)]
pub struct Counter {
    /// As it was asked for.
    pub name: String,
    /// The event.
    pub type_id: u64,
    /// The place of the field among those of the event.
    pub place: usize,
    /// What it counts, if Perfetto has a unit for that.
    pub unit: Option<CounterUnit>,
}

impl Counter {
    /// Finds a field, as in `net:inbound_message.size`, in one of `types`.
    pub fn find(name: &str, types: &[&EventType]) -> Result<Self, Failure> {
        let Some((event, field)) = name.rsplit_once('.') else {
            return Err(Failure::other(format!(
                "--counter takes a tracepoint and a field of it, as net:inbound_message.size; '{name}' has no dot"
            )));
        };
        let Some(ty) = types.iter().find(|ty| ty.full_name == event) else {
            return Err(Failure::other(format!(
                "--counter {name}: '{event}' is not among the tracepoints that are converted"
            )));
        };
        let found = ty.fields.iter().position(|it| it.name == field && is_number(&it.ty));
        let place = found.ok_or_else(|| Failure::other(format!("--counter {name}: {}", advice(ty))))?;
        let unit = unit(&ty.fields[place].ty);
        Ok(Self { name: name.to_owned(), type_id: ty.type_id, place, unit })
    }
}

fn advice(ty: &EventType) -> String {
    let numbers: Vec<_> =
        ty.fields.iter().filter(|field| is_number(&field.ty)).map(|field| field.name.as_str()).collect();
    if numbers.is_empty() {
        format!("{ty} has no field that is a number")
    } else {
        format!("the fields of {ty} that are numbers are {}", numbers.join(", "))
    }
}

fn is_number(ty: &FieldType) -> bool {
    match ty {
        FieldType::Int8
        | FieldType::Int16
        | FieldType::Int32
        | FieldType::Int64
        | FieldType::UInt8
        | FieldType::UInt16
        | FieldType::UInt32
        | FieldType::UInt64
        | FieldType::Float32
        | FieldType::Float64
        | FieldType::Duration => true,
        FieldType::Option(of) => is_number(of),
        _ => false,
    }
}

fn unit(ty: &FieldType) -> Option<CounterUnit> {
    matches!(ty.leaf(), FieldType::Duration).then_some(CounterUnit::TimeNs)
}
