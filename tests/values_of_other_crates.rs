//! Types of other crates travel as an adapter says, alone, in lists and where they may be missing.

use tracepoints::{
    DecodeError, Each, Event, FromWire, FromWireWith, Slot, StructReader, Type, Value, ValueWith, capture,
    tracepoint,
};

mod bitcoin {
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Txid(pub [u8; 32]);

    #[derive(Clone, Debug, PartialEq)]
    pub struct Amount(pub i64);
}

struct TxidBytes;

impl ValueWith<bitcoin::Txid> for TxidBytes {
    const TYPE: Type = Type::Data;
    type Lowered<'v> = &'v [u8];
    fn lower(txid: &bitcoin::Txid) -> &[u8] {
        &txid.0
    }
}

impl<'a> FromWireWith<'a, bitcoin::Txid> for TxidBytes {
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<bitcoin::Txid, DecodeError> {
        FromWire::from_wire(slot, payload).map(bitcoin::Txid)
    }
}

struct Satoshis;

impl ValueWith<bitcoin::Amount> for Satoshis {
    const TYPE: Type = Type::Int64;
    type Lowered<'v> = i64;
    fn lower(amount: &bitcoin::Amount) -> i64 {
        amount.0
    }
}

impl<'a> FromWireWith<'a, bitcoin::Amount> for Satoshis {
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<bitcoin::Amount, DecodeError> {
        i64::from_wire(slot, payload).map(bitcoin::Amount)
    }
}

#[derive(Value, Clone, Debug, PartialEq)]
struct Output {
    #[value(with = Satoshis)]
    amount: bitcoin::Amount,
    #[value(with = Each<TxidBytes>)]
    spender: Option<bitcoin::Txid>,
}

#[derive(Event, Clone, Debug, PartialEq)]
#[event(provider = "foreign")]
struct Spend {
    #[value(with = TxidBytes)]
    txid: bitcoin::Txid,
    height: u32,
    #[value(with = Each<TxidBytes>)]
    conflicts: Vec<bitcoin::Txid>,
    #[value(with = Each<Satoshis>)]
    amounts: [bitcoin::Amount; 2],
    outputs: Vec<Output>,
}

#[test]
fn fields_lists_and_options_go_through_the_adapter() {
    let txid = |seed| bitcoin::Txid([seed; 32]);
    for len in [0u8, 1, 200] {
        let fired = Spend {
            txid: txid(1),
            height: 7,
            conflicts: (0..len).map(txid).collect(),
            amounts: [bitcoin::Amount(i64::MIN), bitcoin::Amount(5)],
            outputs: (0..len)
                .map(|at| Output {
                    amount: bitcoin::Amount(at.into()),
                    spender: (at % 2 == 1).then(|| txid(at)),
                })
                .collect(),
        };
        let mut seen = capture("foreign:spend");
        tracepoint!(fired.clone());
        let events = seen.take();
        assert_eq!(events[0].get::<Spend>().as_ref(), Ok(&fired));
    }
}
