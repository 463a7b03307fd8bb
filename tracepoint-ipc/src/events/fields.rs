//! The fields of one event.

use std::iter::FusedIterator;

use tracepoint_core::StructReader;

use super::budget::Budget;
use super::{EventError, Value};
use crate::schema::FieldInfo;

/// The fields of an event with their values; made by [`Event::fields`](super::Event::fields).
///
/// A value that is damaged does not keep the others from being read.
///
/// ```
/// fn sound(event: tracepoint_ipc::Event<'_>) -> bool {
///     event.fields().all(|field| field.is_ok())
/// }
/// ```
#[derive(Clone)]
pub struct Fields<'a>(Source<'a>);

#[derive(Clone)]
enum Source<'a> {
    Payload { fields: std::slice::Iter<'a, FieldInfo>, payload: StructReader<'a>, budget: Budget },
    Failed(Option<EventError>),
}

impl<'a> Fields<'a> {
    pub(super) fn new(fields: &'a [FieldInfo], payload: StructReader<'a>) -> Self {
        Self(Source::Payload { fields: fields.iter(), payload, budget: Budget::of(payload) })
    }

    pub(super) fn failed(error: EventError) -> Self {
        Self(Source::Failed(Some(error)))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(&'a FieldInfo, Value<'a>), EventError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Payload { fields, payload, budget } => {
                let field = fields.next()?;
                Some(budget.read(field, *payload).map(|value| (field, value)).map_err(EventError::from))
            }
            Source::Failed(error) => error.take().map(Err),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Source::Payload { fields, .. } => fields.size_hint(),
            Source::Failed(error) => (usize::from(error.is_some()), Some(usize::from(error.is_some()))),
        }
    }
}

impl ExactSizeIterator for Fields<'_> {}
impl FusedIterator for Fields<'_> {}
