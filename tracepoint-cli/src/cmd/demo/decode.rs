//! Reads events back into the types that the node fired, as a typed consumer would.

use std::hint::black_box;

use node::events::{coin_selection, mempool, net, utxocache, validation};
use tracepoint_ipc::{Event, EventError, TracepointInfo};
use tracepoints::Event as _;

/// Reads an event with all of its fields.
pub type Decoder = fn(Event<'_>) -> Result<(), EventError>;

macro_rules! typed {
    ($($event:ty),* $(,)?) => {
        &[$((
            <$event>::DESCRIPTOR.type_id,
            |event| {
                black_box(event.get::<$event>()?);
                Ok(())
            },
        )),*]
    };
}

/// The catalogue of the node.
const TYPED: &[(u64, Decoder)] = typed![
    net::InboundMessage<'_>,
    net::OutboundMessage<'_>,
    net::InboundConnection<'_>,
    net::OutboundConnection<'_>,
    net::EvictedInboundConnection<'_>,
    net::ClosedConnection<'_>,
    net::MisbehavingConnection<'_>,
    validation::BlockConnected<'_>,
    utxocache::Flush,
    utxocache::Add<'_>,
    utxocache::Spent<'_>,
    utxocache::Uncache<'_>,
    mempool::Added<'_>,
    mempool::Removed<'_>,
    mempool::Replaced<'_>,
    mempool::Rejected<'_>,
    coin_selection::SelectedCoins<'_>,
    coin_selection::NormalCreateTxInternal<'_>,
    coin_selection::AttemptingApsCreateTx<'_>,
    coin_selection::ApsCreateTxInternal<'_>,
];

/// The way to read the events of a tracepoint: into its own type, or field by field if it has none here.
pub fn decoder(tracepoint: &TracepointInfo) -> Decoder {
    let typed = TYPED.iter().find(|(type_id, _)| *type_id == tracepoint.type_id);
    typed.map_or(field_by_field, |(_, decoder)| *decoder)
}

fn field_by_field(event: Event<'_>) -> Result<(), EventError> {
    for field in event.fields() {
        black_box(field?);
    }
    Ok(())
}
