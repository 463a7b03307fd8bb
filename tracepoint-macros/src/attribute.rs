//! Attributes: `#[event(..)]`, `#[value(..)]` and doc comments.

use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Result, parse_quote};

/// What an `#[event(..)]` or `#[value(..)]` says.
pub(crate) struct Options {
    pub(crate) krate: Path,
    pub(crate) provider: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
}

impl Options {
    /// Reads all attributes with the given name; `keys` are those allowed besides `crate`.
    pub(crate) fn read(attributes: &[Attribute], attribute: &str, keys: &[&str]) -> Result<Self> {
        let mut options = Options { krate: parse_quote!(::tracepoints), provider: None, name: None };
        for found in attributes.iter().filter(|found| found.path().is_ident(attribute)) {
            found.parse_nested_meta(|meta| {
                let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                match key.as_str() {
                    "crate" => options.krate = meta.value()?.call(Path::parse_mod_style)?,
                    "provider" if keys.contains(&"provider") => {
                        options.provider = Some(name(meta.value()?.parse()?)?)
                    }
                    "name" if keys.contains(&"name") => options.name = Some(name(meta.value()?.parse()?)?),
                    _ => {
                        let known: Vec<_> = keys.iter().map(|key| format!("`{key} = \"..\"`")).collect();
                        let known =
                            known.into_iter().chain(["`crate = path`".to_owned()]).collect::<Vec<_>>();
                        return Err(meta.error(format!("`{attribute}` knows {}", known.join(", "))));
                    }
                }
                Ok(())
            })?;
        }
        Ok(options)
    }
}

/// Checks a name that users will type in patterns.
fn name(literal: LitStr) -> Result<LitStr> {
    let name = literal.value();
    let sound = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if sound {
        Ok(literal)
    } else {
        Err(syn::Error::new(
            literal.span(),
            "names of tracepoints are of lower-case letters, digits and `_`, as in \"net\"",
        ))
    }
}

/// The doc comment, its lines joined and the space in front of each taken away.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let lines =
        attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(|attribute| {
            match &attribute.meta {
                Meta::NameValue(pair) => match &pair.value {
                    Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                    _ => None,
                },
                _ => None,
            }
        });
    let lines: Vec<_> =
        lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned()).collect();
    lines.join("\n").trim().to_owned()
}
