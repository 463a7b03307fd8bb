//! The derives of the [tracepoints](https://docs.rs/tracepoints) crate, and its inline form.
//!
//! They only list fields: layout, encoding and decoding are generic code of `tracepoint-core`. Use them
//! through the facade crate `tracepoints`.

mod attribute;
mod event;
mod inline;
mod member;
mod names;
mod structure;
mod value;

use proc_macro::TokenStream;

/// Makes a struct an event that `tracepoint!` can fire.
///
/// ```
/// use tracepoints::{Event, tracepoint};
///
/// /// A P2P message was received from a peer.
/// #[derive(Event)]
/// #[event(provider = "net")] // full name: net:inbound_message
/// struct InboundMessage<'a> {
///     /// Node-local id of the peer.
///     peer_id: i64,
///     message_type: &'a str,
///     payload: &'a [u8],
/// }
///
/// tracepoint!(InboundMessage { peer_id: 7, message_type: "ping", payload: &[0; 8] });
/// ```
///
/// - `provider = ".."` is the part of the program that fires it. Needed.
/// - `name = ".."` is its name within the provider. Without it: the name of the struct in snake case.
/// - `crate = path` is where the `tracepoints` crate can be found, if not at `::tracepoints`.
///
/// The struct has named fields whose types are values (see `Value`), at most 100, and no type parameters.
/// `#[value(with = Type)]` on a field says what a type of another crate travels as (see `ValueWith`). If all
/// fields can be read back (see `FromWire`), the event can be too.
#[proc_macro_derive(Event, attributes(event, value))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    event::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a struct, a C-like enum or a newtype a value that can be a field of an event, or of another struct.
///
/// ```
/// use tracepoints::{Type, Value};
///
/// #[derive(Value)]
/// enum Network { Unroutable, Ipv4, Ipv6, Onion }
///
/// #[derive(Value)]
/// struct Txid([u8; 32]);
///
/// /// A reference to an output.
/// #[derive(Value)]
/// struct OutPoint {
///     txid: Txid,
///     /// Which one of its transaction.
///     vout: u32,
/// }
///
/// assert_eq!(Txid::TYPE, Type::Data);
/// assert_eq!(<Vec<OutPoint>>::TYPE.to_string(), "[OutPoint]");
/// ```
///
/// A struct with named fields travels as a struct; adding a field at its end is compatible. Its name and its
/// module are its identity. A tuple struct of one field travels as that.
///
/// A variant travels as its position in the declaration, and is shown as its name in snake case. Adding a
/// variant at the end is compatible.
///
/// - `#[value(transparent)]` makes a struct with one named field travel as that.
/// - `#[value(crate = path)]` is where the `tracepoints` crate can be found, if not at `::tracepoints`.
/// - `#[value(with = Type)]` on a field says what the field's type travels as, if it is one of another crate:
///   see `ValueWith`.
#[proc_macro_derive(Value, attributes(value))]
pub fn derive_value(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    value::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// The inline form of `tracepoint!`, which calls this with its own crate first.
#[doc(hidden)]
#[proc_macro]
pub fn inline_event(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as inline::Inline);
    inline::expand(input).into()
}
