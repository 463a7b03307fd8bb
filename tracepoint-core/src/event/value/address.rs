//! IP and socket addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use super::{Stable, Value};
use crate::event::{
    DecodeError, Field, FieldsFromWire, FromWire, Nested, Octets, Placed, Slot, Struct, StructReader,
    StructType, Type,
};

/// 4 or 16 bytes, in network order.
impl Value for IpAddr {
    const TYPE: Type = Type::IpAddr;
    // SAFETY: of a plain value.
    const STABLE: Stable<Self> = unsafe { Stable::promise() };
    type Lowered<'v> = Octets;
    #[inline]
    fn lower(&self) -> Octets {
        match self {
            IpAddr::V4(address) => address.lower(),
            IpAddr::V6(address) => address.lower(),
        }
    }
}

macro_rules! versions {
    ($($rust:ident)*) => {$(
        impl Value for $rust {
            const TYPE: Type = Type::IpAddr;
            // SAFETY: of a plain value.
            const STABLE: Stable<Self> = unsafe { Stable::promise() };
            type Lowered<'v> = Octets;
            #[inline]
            fn lower(&self) -> Octets {
                Octets::new(self.octets())
            }
        }

        /// Unspecified if the writer did not know the field.
        impl<'a> FromWire<'a> for $rust {
            fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                match payload.data(slot.offset)? {
                    [] => Ok($rust::UNSPECIFIED),
                    octets => match <[u8; $rust::BITS as usize / 8]>::try_from(octets) {
                        Ok(octets) => Ok(octets.into()),
                        Err(_) => Err(DecodeError::WrongLength),
                    },
                }
            }
        }
    )*};
}
versions!(Ipv4Addr Ipv6Addr);

impl<'a> FromWire<'a> for IpAddr {
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        match payload.data(slot.offset)?.len() {
            16 => Ipv6Addr::from_wire(slot, payload).map(IpAddr::V6),
            _ => Ipv4Addr::from_wire(slot, payload).map(IpAddr::V4),
        }
    }
}

const FIELDS: [Field; 4] = [
    Field::of::<IpAddr>("ip", ""),
    Field::of::<u16>("port", ""),
    Field::of::<u32>("flow_info", "Of IPv6."),
    Field::of::<u32>("scope_id", "Of IPv6."),
];

/// Address, port, flow information and scope.
type Fields<Ip> = (Ip, (u16, (u32, (u32, ()))));

/// Address and port; of IPv6 also flow information and scope.
macro_rules! sockets {
    ($($rust:ident $ip:ident = |$address:ident| $values:expr, |$read:pat_param| $made:expr;)*) => {$(
        // SAFETY: these fields, in this order.
        unsafe impl Struct for $rust {
            const STRUCT: StructType =
                StructType::new("SocketAddr", "", "std::net", &const { Placed::new(FIELDS) });
            type Fields<'v> = Fields<Octets>;
        }

        impl Value for $rust {
            const TYPE: Type = Type::Struct(&<$rust as Struct>::STRUCT);
            // SAFETY: of a plain value.
            const STABLE: Stable<Self> = unsafe { Stable::promise() };
            type Lowered<'v> = Nested<'v, $rust>;
            fn lower(&self) -> Nested<'_, $rust> {
                let $address = self;
                Nested::new($values)
            }
        }

        impl<'a> FromWire<'a> for $rust {
            fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                let fields = const { <$rust as Struct>::STRUCT.fields };
                let $read: Fields<$ip> = FieldsFromWire::read(fields, payload.structure(slot.offset)?)?;
                Ok($made)
            }
        }
    )*};
}
sockets! {
    SocketAddr IpAddr = |address| {
        let (flow_info, scope_id) = match address {
            SocketAddr::V4(_) => (0, 0),
            SocketAddr::V6(address) => (address.flowinfo(), address.scope_id()),
        };
        (address.ip().lower(), (address.port(), (flow_info, (scope_id, ()))))
    }, |(ip, (port, (flow_info, (scope_id, ()))))| match ip {
        IpAddr::V4(ip) => SocketAddr::V4(SocketAddrV4::new(ip, port)),
        IpAddr::V6(ip) => SocketAddr::V6(SocketAddrV6::new(ip, port, flow_info, scope_id)),
    };
    SocketAddrV4 Ipv4Addr = |address| {
        (address.ip().lower(), (address.port(), (0, (0, ()))))
    }, |(ip, (port, _))| SocketAddrV4::new(ip, port);
    SocketAddrV6 Ipv6Addr = |address| {
        (address.ip().lower(), (address.port(), (address.flowinfo(), (address.scope_id(), ()))))
    }, |(ip, (port, (flow_info, (scope_id, ()))))| SocketAddrV6::new(ip, port, flow_info, scope_id);
}
