//! Ways in for the fuzz targets, which are in `fuzz/`. Compiled for them alone, with `--cfg fuzzing`.

use std::sync::Arc;

use crate::events::{Batch, Catalog};
use crate::memory::Bytes;
use crate::model::TracepointInfo;
use crate::schema::Schema;

pub use crate::client::fuzzing::attach;
pub use crate::exporter::fuzzing::Exporter;

/// A batch of a process with this schema, whose tags count the events of the schema from 1.
#[must_use]
pub fn batch(bytes: &[u8], schema: Schema) -> Batch {
    let info = |(tag, event): (u16, &crate::schema::EventType)| {
        TracepointInfo::new(tag, event.type_id, String::new(), event.full_name.clone())
    };
    let tracepoints = (1..).zip(schema.events()).map(info).collect();
    Batch {
        bytes: Bytes::copy(bytes),
        count: 0,
        gaps: Vec::new(),
        threads: Vec::new(),
        catalog: Arc::new(Catalog::new(tracepoints, Some(Arc::new(schema)))),
    }
}
