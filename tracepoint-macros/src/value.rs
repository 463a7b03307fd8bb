//! `#[derive(Value)]`.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DataStruct, DeriveInput, Error, Fields, Path, Result};

use crate::attribute::{self, Options};
use crate::names::Names;
use crate::structure;

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let options = Options::read(&input.attrs, "value", &["transparent"])?;
    match &input.data {
        Data::Enum(data) => c_like(input, data, &options.krate),
        Data::Struct(data) => match &data.fields {
            _ if options.transparent => newtype(input, data, &options.krate),
            Fields::Unnamed(_) => newtype(input, data, &options.krate),
            Fields::Named(fields) => structure::derive(input, fields, &options.krate),
            Fields::Unit => {
                Err(Error::new(input.ident.span(), "a struct without fields has nothing to travel"))
            }
        },
        Data::Union(data) => {
            Err(Error::new(data.union_token.span, "a union cannot be a value: its fields have no known type"))
        }
    }
}

fn c_like(input: &DeriveInput, data: &DataEnum, tp: &Path) -> Result<TokenStream> {
    if let Some(variant) = data.variants.iter().find(|variant| !matches!(variant.fields, Fields::Unit)) {
        return Err(Error::new(
            variant.span(),
            "a variant with data cannot travel: use a C-like enum for the kind, and fields of the event for the data",
        ));
    }
    if data.variants.is_empty() {
        return Err(Error::new(input.ident.span(), "an enum without variants has no values to travel"));
    }
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new(parameter.span(), "a C-like enum needs no parameters"));
    }
    let mut names = Names::default();
    data.variants.iter().try_for_each(|variant| names.claim(&variant.ident))?;
    let ident = &input.ident;
    let name = ident.unraw().to_string();
    let doc = attribute::doc(&input.attrs);
    let idents: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    let variants = data.variants.iter().map(|variant| {
        let name = variant.ident.unraw().to_string().to_snake_case();
        let doc = attribute::doc(&variant.attrs);
        quote!(#tp::Variant { name: #name, doc: #doc })
    });
    let ordinals: Vec<_> = (0..idents.len() as u16).collect();
    Ok(quote! {
        #[automatically_derived]
        impl #tp::Value for #ident {
            const TYPE: #tp::Type = #tp::Type::Enum(&#tp::EnumType {
                name: #name,
                doc: #doc,
                type_id: #tp::stable_id(&[::core::module_path!(), "::", #name]),
                variants: &[#(#variants),*],
            });
            // SAFETY: it is lowered by the match below, which is ours.
            const STABLE: #tp::__macro::Stable<Self> = unsafe { #tp::__macro::Stable::promise() };
            type Lowered<'value> = #tp::__macro::EnumOrdinal;
            #[inline(always)]
            fn lower(&self) -> #tp::__macro::EnumOrdinal {
                #tp::__macro::EnumOrdinal(match self { #(Self::#idents => #ordinals),* })
            }
        }

        #[automatically_derived]
        impl<'decode> #tp::FromWire<'decode> for #ident {
            #[inline]
            fn from_wire(
                slot: #tp::Slot,
                payload: #tp::StructReader<'decode>,
            ) -> ::core::result::Result<Self, #tp::DecodeError> {
                ::core::result::Result::Ok(match payload.u16(slot.offset) {
                    #(#ordinals => Self::#idents,)*
                    unknown => return ::core::result::Result::Err(#tp::DecodeError::UnknownVariant(unknown)),
                })
            }
        }
    })
}

fn newtype(input: &DeriveInput, data: &DataStruct, tp: &Path) -> Result<TokenStream> {
    let mut fields = data.fields.iter();
    let (Some(field), None) = (fields.next(), fields.next()) else {
        return Err(Error::new(
            input.ident.span(),
            "only a newtype, a tuple struct of one field, has no need of names: name the fields, `struct OutPoint { txid: [u8; 32], vout: u32 }`",
        ));
    };
    let ident = &input.ident;
    let inner = &field.ty;
    let member = field.ident.as_ref().map_or_else(|| quote!(0), |name| quote!(#name));
    let (_, type_generics, _) = input.generics.split_for_impl();

    let mut generics = input.generics.clone();
    generics.make_where_clause().predicates.push(syn::parse_quote!(#inner: #tp::Value));
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let value = quote_spanned!(inner.span()=> <#inner as #tp::Value>);

    let mut decode = input.generics.clone();
    decode.params.insert(0, syn::parse_quote!('decode));
    decode.make_where_clause().predicates.push(syn::parse_quote!(#inner: #tp::FromWire<'decode>));
    let (decode_generics, _, decode_where) = decode.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #tp::Value for #ident #type_generics #where_clause {
            const TYPE: #tp::Type = #value::TYPE;
            const ELEMENT: #tp::Type = #value::ELEMENT;
            // SAFETY: it is lowered as what it wraps.
            const STABLE: #tp::__macro::Stable<Self> =
                unsafe { #tp::__macro::Stable::promise_if(#value::STABLE.holds()) };
            type Lowered<'value> = #value::Lowered<'value> where Self: 'value;
            #[inline(always)]
            fn lower(&self) -> Self::Lowered<'_> {
                #value::lower(&self.#member)
            }
            #[inline(always)]
            fn lower_copied(&self) -> Self::Lowered<'_> {
                #value::lower_copied(&self.#member)
            }
        }

        #[automatically_derived]
        impl #decode_generics #tp::FromWire<'decode> for #ident #type_generics #decode_where {
            #[inline]
            fn from_wire(
                slot: #tp::Slot,
                payload: #tp::StructReader<'decode>,
            ) -> ::core::result::Result<Self, #tp::DecodeError> {
                <#inner as #tp::FromWire<'decode>>::from_wire(slot, payload)
                    .map(|inner| #ident { #member: inner })
            }
            #[inline]
            fn element(
                index: u32,
                list: #tp::StructReader<'decode>,
            ) -> ::core::result::Result<Self, #tp::DecodeError> {
                <#inner as #tp::FromWire<'decode>>::element(index, list).map(|inner| #ident { #member: inner })
            }
        }
    })
}
