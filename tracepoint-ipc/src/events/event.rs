//! One event.

use std::fmt;

use tracepoint_core::wire::RawEvent;
use tracepoint_core::{Decode, Event as TypedEvent};

use super::budget::Budget;
use super::{Catalog, EventError, Fields, Value};
use crate::model::TracepointInfo;
use crate::schema::EventType;

/// An event in the bytes of its batch.
///
/// Read it by type where the reader knows the type, and by name with the schema that the process sends:
///
/// ```no_run
/// use tracepoint_core::{Decode, Event as TypedEvent};
/// use tracepoint_ipc::{Event, EventError};
///
/// fn show<'a, Ping: TypedEvent + Decode<'a> + std::fmt::Debug>(event: Event<'a>) -> Result<(), EventError> {
///     if event.is::<Ping>() {
///         println!("{:?}", event.get::<Ping>()?);
///     } else {
///         for field in event.fields() {
///             let (info, value) = field?;
///             println!("{} = {value}", info.name);
///         }
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Event<'a> {
    raw: RawEvent<'a>,
    info: &'a TracepointInfo,
    catalog: &'a Catalog,
}

impl<'a> Event<'a> {
    #[inline]
    pub(super) fn new(raw: RawEvent<'a>, catalog: &'a Catalog) -> Option<Self> {
        Some(Self { raw, info: catalog.tracepoint(raw.tag)?, catalog })
    }

    /// When it happened: nanoseconds of the monotonic clock of the host, the same for all processes.
    #[must_use]
    pub fn time(&self) -> u64 {
        self.raw.time
    }

    /// How many events were offered to this stream before it, lost ones included: from one event to the next, the
    /// number grows by one more than what was lost in between.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.raw.sequence
    }

    /// The thread that it happened in; see [`Batch::threads`](super::Batch::threads).
    #[must_use]
    pub fn thread(&self) -> u32 {
        self.raw.thread
    }

    /// The number of its tracepoint in this stream.
    #[must_use]
    pub fn tag(&self) -> u16 {
        self.raw.tag
    }

    /// Its tracepoint.
    #[must_use]
    pub fn tracepoint(&self) -> &'a TracepointInfo {
        self.info
    }

    /// Whether it is an event of this type.
    #[must_use]
    #[inline]
    pub fn is<E: TypedEvent>(&self) -> bool {
        self.info.type_id == E::DESCRIPTOR.type_id
    }

    /// Reads it by type, without copying. Needs no schema: fields that the process does not know have their
    /// defaults.
    ///
    /// # Errors
    /// It is of another type, or damaged.
    #[inline]
    pub fn get<E: Decode<'a>>(&self) -> Result<E, EventError> {
        if self.is::<E>() {
            return Ok(E::decode(self.raw.payload)?);
        }
        Err(wrong_event(&E::DESCRIPTOR, self.info))
    }

    /// Its type, as the schema of the process says; `None` if the stream was opened without the schema.
    #[must_use]
    pub fn event_type(&self) -> Option<&'a EventType> {
        self.catalog.event_type(self.info)
    }

    /// Its fields with their values, in the order of their declaration. Without a schema, the only item is an
    /// error that says so.
    #[must_use]
    pub fn fields(&self) -> Fields<'a> {
        match (self.event_type(), self.catalog.schema()) {
            (Some(ty), _) => Fields::new(&ty.fields, self.raw.payload),
            (None, Some(_)) => Fields::failed(EventError::NotInSchema(self.info.full_name().to_owned())),
            (None, None) => Fields::failed(EventError::NoSchema),
        }
    }

    /// The value of one field, or of what a path leads to within, as in `outpoint.txid` or `inputs.0.amount`: see
    /// [`Value::at`]. `None` if the event has no such field.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<Result<Value<'a>, EventError>> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let field = self.event_type()?.field(name)?;
        match Budget::of(self.raw.payload).read(field, self.raw.payload) {
            Ok(value) => value.at(rest).map(Ok),
            Err(error) => Some(Err(error.into())),
        }
    }

    /// Header and payload without any interpretation.
    #[must_use]
    pub fn raw(&self) -> RawEvent<'a> {
        self.raw
    }
}

/// Not a method: what is called with an event must have it in memory.
#[cold]
fn wrong_event(expected: &dyn fmt::Display, found: &TracepointInfo) -> EventError {
    EventError::WrongEvent { expected: expected.to_string(), found: found.full_name().to_owned() }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = f.debug_struct(self.info.full_name());
        for field in self.fields() {
            match field {
                Ok((info, value)) => all.field(&info.name, &value),
                Err(_) => return all.finish_non_exhaustive(),
            };
        }
        all.finish()
    }
}
