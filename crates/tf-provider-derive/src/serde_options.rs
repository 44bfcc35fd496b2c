//! Reads the options of serde that set the name of an attribute.
//!
//! The schema uses the names with which serde encodes the fields, so the two cannot differ.

use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, Expr, Field, Ident, LitStr, Result, Token};

/// The name that serde gives to a field.
pub(crate) enum FieldName {
    /// The field is an attribute of this name.
    Attribute(LitStr),
    /// The fields of its struct are attributes of the outer struct.
    Flattened,
}

/// Returns the name that serde gives to `field`, which is declared as `ident`.
pub(crate) fn field_name(field: &Field, ident: &Ident) -> Result<FieldName> {
    let mut name = LitStr::new(&ident.unraw().to_string(), ident.span());
    let mut flattened = false;
    read(&field.attrs, |option, meta| {
        match option {
            "flatten" => flattened = true,
            "rename" if meta.input.peek(Token![=]) => name = meta.value()?.parse()?,
            "rename" => {
                return Err(meta.error("an attribute has one name: use `rename = \"…\"`"));
            }
            "skip" | "skip_serializing" | "skip_deserializing" | "skip_serializing_if" => {
                return Err(meta.error(
                    "every attribute of a schema has a value, so a field cannot be skipped",
                ));
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(if flattened {
        FieldName::Flattened
    } else {
        FieldName::Attribute(name)
    })
}

/// Refuses options of a struct that change the names of its fields or its encoding.
pub(crate) fn check_struct(attributes: &[Attribute]) -> Result<()> {
    read(attributes, |option, meta| match option {
        "rename_all" => Err(meta.error("use `#[serde(rename = \"…\")]` on the fields instead")),
        "tag" | "transparent" => {
            Err(meta.error("a struct with a schema is encoded as its fields and nothing else"))
        }
        _ => Ok(false),
    })
}

/// Calls `visit` with every option of serde. `visit` returns whether it has read the option's
/// value.
fn read(
    attributes: &[Attribute],
    mut visit: impl FnMut(&str, &ParseNestedMeta<'_>) -> Result<bool>,
) -> Result<()> {
    for attribute in attributes {
        if !attribute.path().is_ident("serde") {
            continue;
        }
        attribute.parse_nested_meta(|meta| {
            let option = meta.path.get_ident().map(Ident::to_string);
            if !visit(option.as_deref().unwrap_or_default(), &meta)? {
                skip_value(&meta)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn skip_value(meta: &ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        meta.parse_nested_meta(|inner| skip_value(&inner))?;
    }
    Ok(())
}

/// Returns the error for two fields with the same name.
pub(crate) fn same_name(name: &LitStr) -> Error {
    let text = format!("there is an attribute `{}` already", name.value());
    Error::new(name.span(), text)
}
