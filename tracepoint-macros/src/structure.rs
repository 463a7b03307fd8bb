//! `#[derive(Value)]` for a struct with named fields, which travels as a struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Error, FieldsNamed, GenericParam, Path, Result};

use crate::attribute;
use crate::member::{self, Member};

pub(crate) fn derive(input: &DeriveInput, fields: &FieldsNamed, tp: &Path) -> Result<TokenStream> {
    if fields.named.is_empty() {
        return Err(Error::new(input.ident.span(), "a struct without fields has nothing to travel"));
    }
    for parameter in &input.generics.params {
        if let GenericParam::Const(_) = parameter {
            return Err(Error::new(
                parameter.span(),
                "a struct that travels cannot have a const parameter, as its name would not tell its layout",
            ));
        }
    }
    let members = member::all(tp, &fields.named)?;
    let ident = &input.ident;
    let name = ident.unraw().to_string();
    let doc = attribute::doc(&input.attrs);
    let described = members.iter().map(Member::described);
    let lowered_type = member::chain(members.iter().map(|member| member.lowered(&quote!('value_))));
    let lowered = member::chain(members.iter().map(|member| member.lower("lower_copied")));
    let stable = members.iter().map(Member::stable);
    let arguments: Vec<_> = input.generics.type_params().map(|parameter| &parameter.ident).collect();

    let mut generics = input.generics.clone();
    for argument in &arguments {
        generics.make_where_clause().predicates.push(syn::parse_quote!(#argument: #tp::Value));
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();

    let mut decode = generics.clone();
    decode.params.insert(0, syn::parse_quote!('decode_));
    decode.make_where_clause().predicates.push(member::readable(tp, &members));
    let (decode_generics, _, decode_where) = decode.split_for_impl();
    let read = member::read(tp, &members, &quote!(#ident));
    Ok(quote! {
        #[allow(clippy::type_complexity)]
        #[automatically_derived]
        unsafe impl #impl_generics #tp::__macro::Struct for #ident #type_generics #where_clause {
            const STRUCT: #tp::StructType = #tp::StructType::generic(
                #name,
                &const { [#(<#arguments as #tp::Value>::TYPE),*] },
                #doc,
                ::core::module_path!(),
                &const { #tp::Placed::new([#(#described),*]) },
            );
            type Fields<'value_> = #lowered_type where Self: 'value_;
        }

        #[automatically_derived]
        impl #impl_generics #tp::Value for #ident #type_generics #where_clause {
            const TYPE: #tp::Type = #tp::Type::Struct(&<Self as #tp::__macro::Struct>::STRUCT);
            // SAFETY: it is lowered by lowering its fields.
            const STABLE: #tp::__macro::Stable<Self> =
                unsafe { #tp::__macro::Stable::promise_if(true #(&& #stable)*) };
            type Lowered<'value_> = #tp::__macro::Nested<'value_, Self> where Self: 'value_;
            #[inline]
            fn lower(&self) -> #tp::__macro::Nested<'_, Self> {
                #tp::__macro::Nested::new(#lowered)
            }
        }

        #[allow(clippy::type_complexity)]
        #[automatically_derived]
        impl #decode_generics #tp::FromWire<'decode_> for #ident #type_generics #decode_where {
            #[inline]
            fn from_wire(
                slot: #tp::Slot,
                payload: #tp::StructReader<'decode_>,
            ) -> ::core::result::Result<Self, #tp::DecodeError> {
                let fields = const { <Self as #tp::__macro::Struct>::STRUCT.fields };
                let payload = payload.structure(slot.offset)?;
                #read
            }
        }
    })
}
