//! `#[derive(Event)]`.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Field, Fields, GenericParam, Generics, Result};

use crate::attribute::{self, Options};
use crate::member::{self, Member};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let options = Options::read(&input.attrs, "event", &["provider", "name"])?;
    let Some(provider) = &options.provider else {
        return Err(Error::new(
            input.ident.span(),
            "say which part of the program fires this event: `#[event(provider = \"net\")]`",
        ));
    };
    check_generics(&input.generics)?;
    let fields = named_fields(input)?;

    let tp = &options.krate;
    let ident = &input.ident;
    let name = options.name.as_ref().map_or_else(|| ident.to_string().to_snake_case(), |name| name.value());
    let doc = attribute::doc(&input.attrs);
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let of_program = with_static_lifetimes(input);

    let members = member::all(tp, fields)?;
    let described = members.iter().map(Member::described);
    let stable = members.iter().map(Member::stable);
    let lowered_type = member::chain(members.iter().map(|member| member.lowered(&quote!('lowered_))));
    let lowered = member::chain(members.iter().map(|member| member.lower("lower")));
    let decode = decode(input, tp, &members);

    Ok(quote! {
        const _: () = {
            #tp::__macro::gate!(GATE);
            static LOSSES: #tp::__macro::Losses = #tp::__macro::Losses::new();
            static TRACEPOINT: #tp::Tracepoint =
                #tp::Tracepoint::new(&<#of_program as #tp::Event>::DESCRIPTOR, &GATE, &LOSSES);
            #tp::__macro::announce!(&TRACEPOINT);
            // Places and room are those of `Placed`; that the values are what it was told is checked here.
            const _: () = #tp::__macro::check::<#of_program>();

            // An event without fields lowers to `()`, one with many to a long type.
            #[allow(clippy::unused_unit, clippy::type_complexity)]
            #[automatically_derived]
            unsafe impl #impl_generics #tp::Event for #ident #type_generics #where_clause {
                const DESCRIPTOR: #tp::Descriptor = #tp::Descriptor::new(
                    #provider,
                    #name,
                    #doc,
                    &const { #tp::Placed::new([#(#described),*]) },
                    ::core::file!(),
                    ::core::line!(),
                );
                const STABLE: bool = true #(&& #stable)*;
                type Lowered<'lowered_> = #lowered_type where Self: 'lowered_;
                #[inline(always)]
                fn gate() -> &'static #tp::Gate {
                    &GATE
                }
                #tp::__macro::glance!(GATE);
                #[inline(always)]
                fn tracepoint() -> &'static #tp::Tracepoint {
                    &TRACEPOINT
                }
                #[inline(always)]
                fn lower(&self) -> Self::Lowered<'_> {
                    #lowered
                }
            }

            #decode
        };
    })
}

/// Reading back. Fields that cannot be read leave the impl with a bound that never holds.
fn decode(input: &DeriveInput, tp: &syn::Path, members: &[Member<'_>]) -> TokenStream {
    let ident = &input.ident;
    let (_, type_generics, _) = input.generics.split_for_impl();
    let mut generics = input.generics.clone();
    generics.params.insert(0, syn::parse_quote!('decode_));
    generics.make_where_clause().predicates.push(member::readable(tp, members));
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let read = member::read(tp, members, &quote!(#ident));
    quote! {
        #[allow(clippy::type_complexity)]
        #[automatically_derived]
        impl #impl_generics #tp::Decode<'decode_> for #ident #type_generics #where_clause {
            #[inline]
            fn decode(payload: #tp::StructReader<'decode_>) -> ::core::result::Result<Self, #tp::DecodeError> {
                let fields = const { <Self as #tp::Event>::DESCRIPTOR.fields };
                #read
            }
        }
    }
}

/// Events are static descriptions of bytes: one for each type.
fn check_generics(generics: &Generics) -> Result<()> {
    for parameter in &generics.params {
        let what = match parameter {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(_) => "a type parameter",
            GenericParam::Const(_) => "a const parameter",
        };
        return Err(Error::new(
            parameter.span(),
            format!(
                "an event cannot have {what}, as it has one fixed layout: declare an event for each type"
            ),
        ));
    }
    Ok(())
}

fn named_fields(input: &DeriveInput) -> Result<Vec<&Field>> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields.named.iter().collect()),
            Fields::Unit => Ok(Vec::new()),
            Fields::Unnamed(fields) => Err(Error::new(
                fields.span(),
                "the fields of an event need names, which its readers will see: `struct Ping { nonce: u64 }`",
            )),
        },
        Data::Enum(data) => Err(Error::new(
            data.enum_token.span,
            "an enum cannot be an event: derive `Event` for a struct for each variant, or `Value` for a C-like enum that is a field of one",
        )),
        Data::Union(data) => Err(Error::new(
            data.union_token.span,
            "a union cannot be an event: its fields have no known type",
        )),
    }
}

/// The type with `'static` for each of its lifetimes.
fn with_static_lifetimes(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let lifetimes = input.generics.lifetimes().map(|_| quote!('static));
    quote!(#ident<#(#lifetimes),*>)
}
