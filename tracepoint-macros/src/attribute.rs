//! Attributes: `#[event(..)]`, `#[value(..)]` and doc comments.

use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Result, Type, parse_quote};

/// What an `#[event(..)]` or `#[value(..)]` says.
pub(crate) struct Options {
    pub(crate) krate: Path,
    pub(crate) provider: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) transparent: bool,
}

impl Options {
    /// Reads all attributes with the given name; `keys` are those allowed besides `crate`.
    pub(crate) fn read(attributes: &[Attribute], attribute: &str, keys: &[&str]) -> Result<Self> {
        let mut options =
            Options { krate: parse_quote!(::tracepoints), provider: None, name: None, transparent: false };
        for found in attributes.iter().filter(|found| found.path().is_ident(attribute)) {
            found.parse_nested_meta(|meta| {
                let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                match key.as_str() {
                    "crate" => options.krate = meta.value()?.call(Path::parse_mod_style)?,
                    "provider" if keys.contains(&"provider") => {
                        options.provider = Some(name(meta.value()?.parse()?)?)
                    }
                    "transparent" if keys.contains(&"transparent") => options.transparent = true,
                    "name" if keys.contains(&"name") => options.name = Some(name(meta.value()?.parse()?)?),
                    _ => {
                        let known = keys.iter().map(|key| match *key {
                            "transparent" => "`transparent`".to_owned(),
                            key => format!("`{key} = \"..\"`"),
                        });
                        let known = known.chain(["`crate = path`".to_owned()]).collect::<Vec<_>>();
                        return Err(meta.error(format!("`{attribute}` knows {}", known.join(", "))));
                    }
                }
                Ok(())
            })?;
        }
        Ok(options)
    }
}

/// What a `#[value(with = ..)]` of a field says.
pub(crate) fn with(attributes: &[Attribute]) -> Result<Option<Type>> {
    let mut with = None;
    for found in attributes.iter().filter(|found| found.path().is_ident("value")) {
        found.parse_nested_meta(|meta| {
            if !meta.path.is_ident("with") {
                return Err(
                    meta.error("a field knows `#[value(with = Type)]`, where `Type` implements `ValueWith`")
                );
            }
            with = Some(meta.value()?.parse()?);
            Ok(())
        })?;
    }
    Ok(with)
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
