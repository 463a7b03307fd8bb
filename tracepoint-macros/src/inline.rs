//! The inline form: `tracepoint!(net::ping, peer_id: i64 = peer.id, addr: &str = peer.addr())`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, Ident, Lifetime, LitStr, Path, Result, Token, Type, TypeReference};

/// `crate_path; provider::name, field: Type = value, ..`
pub(crate) struct Inline {
    krate: Path,
    provider: Ident,
    name: Ident,
    fields: Punctuated<Field, Token![,]>,
}

struct Field {
    attributes: Vec<Attribute>,
    name: Ident,
    ty: Type,
    value: Expr,
}

impl Parse for Inline {
    fn parse(input: ParseStream) -> Result<Self> {
        let krate = input.call(Path::parse_mod_style)?;
        input.parse::<Token![;]>()?;
        let provider = input.parse()?;
        input.parse::<Token![::]>()?;
        let name = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok(Inline { krate, provider, name, fields: Punctuated::parse_terminated(input)? })
    }
}

impl Parse for Field {
    fn parse(input: ParseStream) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        let ty = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Field { attributes, name, ty, value: input.parse()? })
    }
}

/// Gives elided lifetimes a name, which a struct needs.
struct NameLifetimes {
    any: bool,
}

impl NameLifetimes {
    fn name(&mut self, lifetime: &mut Lifetime) {
        self.any = true;
        lifetime.ident = Ident::new("event", lifetime.ident.span());
    }
}

impl VisitMut for NameLifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            let mut lifetime = Lifetime::new("'_", reference.and_token.span);
            self.name(&mut lifetime);
            reference.lifetime = Some(lifetime);
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            self.name(lifetime);
        }
    }
}

pub(crate) fn expand(inline: Inline) -> TokenStream {
    let Inline { krate, provider, name, fields } = inline;
    let mut lifetimes = NameLifetimes { any: false };
    let (mut declared, mut given) = (Vec::new(), Vec::new());
    for Field { attributes, name, mut ty, value } in fields {
        lifetimes.visit_type_mut(&mut ty);
        declared.push(quote!(#(#attributes)* #name: #ty));
        given.push(quote!(#name: #value));
    }
    let generics = lifetimes.any.then(|| quote!(<'event>));
    // Not visible to the values, which are the user's.
    let probe = Ident::new("probe", Span::mixed_site());
    let provider = LitStr::new(&provider.to_string(), provider.span());
    let name = LitStr::new(&name.to_string(), name.span());
    quote! {{
        #[derive(#krate::Event)]
        #[event(crate = #krate, provider = #provider, name = #name)]
        struct InlineEvent #generics { #(#declared),* }
        let #probe = #krate::__macro::Probe::new();
        if #probe.glance() {
            if #probe.is_open() {
                #probe.emit(&InlineEvent { #(#given),* });
            }
            #krate::__macro::rejoin();
        }
    }}
}
