//! A field of a struct that travels.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Error, Field, Path, Result, Type};

use crate::attribute;
use crate::names::Names;

/// Fields in one struct, so that the compiler can still follow the type that lists all of them.
const MOST: usize = 100;

pub(crate) struct Member<'a> {
    tp: &'a Path,
    field: &'a Field,
    /// The type that says what the field's type travels as.
    with: Option<Type>,
}

/// All fields of a struct, which have names.
pub(crate) fn all<'a>(tp: &'a Path, fields: impl IntoIterator<Item = &'a Field>) -> Result<Vec<Member<'a>>> {
    let mut names = Names::default();
    let mut members = Vec::new();
    for field in fields {
        if members.len() == MOST {
            return Err(Error::new(
                field.span(),
                format!(
                    "too many fields, more than {MOST}: put some of them into a struct with `#[derive(Value)]`"
                ),
            ));
        }
        if let Some(ident) = &field.ident {
            names.claim(ident)?;
        }
        members.push(Member { tp, field, with: attribute::with(&field.attrs)? });
    }
    Ok(members)
}

impl Member<'_> {
    pub(crate) fn ident(&self) -> Option<&Ident> {
        self.field.ident.as_ref()
    }

    /// `Field`, with name, documentation and type.
    pub(crate) fn described(&self) -> TokenStream {
        let (tp, ty) = (self.tp, &self.field.ty);
        let name = self.ident().map(IdentExt::unraw).map(|name| name.to_string());
        let doc = attribute::doc(&self.field.attrs);
        match &self.with {
            None => quote_spanned!(ty.span()=> #tp::Field::of::<#ty>(#name, #doc)),
            Some(with) => quote_spanned!(with.span()=> #tp::Field::with::<#with, #ty>(#name, #doc)),
        }
    }

    /// The type that the value lowers to.
    pub(crate) fn lowered(&self, lifetime: &TokenStream) -> TokenStream {
        let how = self.how();
        quote_spanned!(self.span()=> #how::Lowered<#lifetime>)
    }

    /// The lowered value.
    pub(crate) fn lower(&self, method: &str) -> TokenStream {
        let (how, member) = (self.how(), self.ident());
        let method = Ident::new(if self.with.is_some() { "lower" } else { method }, Span::mixed_site());
        let function = quote_spanned!(self.span()=> #how::#method);
        // `self` must not have the span of the user's tokens.
        quote!(#function(&self.#member))
    }

    /// Whether it is always lowered to the same.
    pub(crate) fn stable(&self) -> TokenStream {
        let (tp, ty) = (self.tp, &self.field.ty);
        match self.with {
            None => quote!(<#ty as #tp::Value>::STABLE.holds()),
            Some(_) => quote!(false),
        }
    }

    /// The type that is read back.
    pub(crate) fn read_as(&self) -> TokenStream {
        let (tp, ty) = (self.tp, &self.field.ty);
        match &self.with {
            None => quote!(#ty),
            Some(with) => quote!(#tp::__macro::With<#with, #ty>),
        }
    }

    /// The value of the field, of what was read back.
    pub(crate) fn of_read(&self, read: &Ident) -> TokenStream {
        match self.with {
            None => quote!(#read),
            Some(_) => quote!(#read.0),
        }
    }

    fn how(&self) -> TokenStream {
        let (tp, ty) = (self.tp, &self.field.ty);
        match &self.with {
            None => quote_spanned!(ty.span()=> <#ty as #tp::Value>),
            Some(with) => quote_spanned!(with.span()=> <#with as #tp::ValueWith<#ty>>),
        }
    }

    fn span(&self) -> Span {
        self.with.as_ref().unwrap_or(&self.field.ty).span()
    }
}

/// `(first, (second, (.., ())))`.
pub(crate) fn chain(parts: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    parts.rev().fold(quote!(()), |rest, part| quote!((#part, #rest)))
}

/// Reads all fields of the payload `payload`, by the descriptions `fields`, into `constructor { .. }`.
pub(crate) fn read(tp: &Path, members: &[Member<'_>], constructor: &TokenStream) -> TokenStream {
    let names = members.iter().map(Member::ident);
    // Not the names of the fields, which may be those of constants.
    let values: Vec<_> =
        (0..members.len()).map(|index| Ident::new(&format!("field_{index}"), Span::mixed_site())).collect();
    let pattern = chain(values.iter().map(|value| quote!(#value)));
    let types = chain(members.iter().map(Member::read_as));
    let values = members.iter().zip(&values).map(|(member, value)| member.of_read(value));
    quote! {
        let #pattern = <#types as #tp::__macro::FieldsFromWire>::read(fields, payload)?;
        ::core::result::Result::Ok(#constructor { #(#names: #values),* })
    }
}

/// What must hold so that all fields can be read back. It is one bound for all fields: several that differ in
/// their lifetimes alone would be ambiguous.
pub(crate) fn readable(tp: &Path, members: &[Member<'_>]) -> syn::WherePredicate {
    let types = chain(members.iter().map(Member::read_as));
    syn::parse_quote!(#types: #tp::__macro::FieldsFromWire<'decode_>)
}
