//! Names that readers can tell apart.

use std::collections::HashMap;

use heck::ToLowerCamelCase;
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Error, Result};

/// The names of one struct or enum so far, as Cap'n Proto has them.
#[derive(Default)]
pub(crate) struct Names(HashMap<String, Ident>);

impl Names {
    pub(crate) fn claim(&mut self, ident: &Ident) -> Result<()> {
        let name = ident.unraw().to_string().to_lower_camel_case();
        match self.0.insert(name.clone(), ident.clone()) {
            // The same name twice is an error of the struct itself.
            Some(other) if other != *ident => Err(Error::new(
                ident.span(),
                format!("`{other}` and `{ident}` have the same name for readers, {name}: rename one of them"),
            )),
            _ => Ok(()),
        }
    }
}
