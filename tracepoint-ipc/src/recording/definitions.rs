//! Tracepoints and types, of which each batch of a recording brings those that were not there before.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use capnp::message::ReaderOptions;
use capnp::schema_capnp::node;

use super::limits;
use crate::events::Catalog;
use crate::model::TracepointInfo;
use crate::recording_capnp::definitions;
use crate::schema::{Schema, SchemaError};
use crate::wire::read;

/// What a catalog has that an earlier one had not.
#[derive(Default)]
pub(super) struct News<'a> {
    pub(super) tracepoints: Vec<&'a TracepointInfo>,
    pub(super) nodes: Vec<&'a [u8]>,
}

impl<'a> News<'a> {
    /// Compares two catalogs of the same stream.
    pub(super) fn since(old: &Catalog, new: &'a Catalog) -> Self {
        let is_new = |info: &&TracepointInfo| old.tracepoint(info.tag).is_none();
        let tracepoints = new.tracepoints().iter().filter(is_new).collect();
        let known: HashSet<&[u8]> = nodes(old).iter().map(Vec::as_slice).collect();
        let nodes = nodes(new).iter().map(Vec::as_slice).filter(|node| !known.contains(node)).collect();
        Self { tracepoints, nodes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tracepoints.is_empty() && self.nodes.is_empty()
    }
}

fn nodes(catalog: &Catalog) -> &[Vec<u8>] {
    catalog.schema().map_or(&[], |schema| schema.nodes())
}

/// Tracepoints and types that a recording brings.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    tracepoints: Vec<TracepointInfo>,
    nodes: Vec<Vec<u8>>,
}

impl Definitions {
    pub(super) fn read(from: definitions::Reader<'_>) -> capnp::Result<Self> {
        Ok(Self {
            tracepoints: read::tracepoints(from.get_tracepoints()?)?,
            nodes: read::nodes(from.get_nodes()?)?,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tracepoints.is_empty() && self.nodes.is_empty()
    }

    /// Whether a catalog has all this.
    pub(super) fn is_known(&self, catalog: &Catalog) -> bool {
        let is_known = |info: &TracepointInfo| catalog.tracepoint(info.tag).is_some();
        self.is_empty() || !self.tracepoints.is_empty() && self.tracepoints.iter().all(is_known)
    }

    /// A catalog with these added.
    pub(super) fn add_to(self, catalog: &Catalog) -> Result<Catalog, SchemaError> {
        let mut tracepoints = catalog.tracepoints().to_vec();
        tracepoints.extend(self.tracepoints);
        // Of those with the same tag, the last one counts.
        tracepoints.reverse();
        tracepoints.sort_by_key(|info| info.tag);
        tracepoints.dedup_by_key(|info| info.tag);
        let mut ids = HashMap::new();
        for (at, node) in nodes(catalog).iter().chain(&self.nodes).enumerate() {
            ids.insert(id(node)?, at);
        }
        let all = nodes(catalog).iter().cloned().chain(self.nodes).enumerate();
        // The same with types. They come behind those that they use, as in the schema that they are taken from.
        let last: HashSet<usize> = ids.into_values().collect();
        let nodes = all.filter(|(at, _)| last.contains(at)).map(|(_, node)| node).collect();
        Ok(Catalog::new(tracepoints, Some(Arc::new(Schema::from_nodes(nodes)?))))
    }
}

/// The id of a type.
fn id(node: &[u8]) -> Result<u64, SchemaError> {
    let mut options = ReaderOptions::new();
    options.traversal_limit_in_words(Some(limits::words(node.len() / 8))).nesting_limit(limits::NESTING);
    let message = capnp::serialize::read_message(node, options)?;
    Ok(message.get_root::<node::Reader<'_>>()?.get_id())
}
