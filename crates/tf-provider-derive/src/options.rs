//! Reads the options in `#[schema(…)]`, on a struct and on its fields.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, Ident, LitInt, Path, Result};

const ON_A_STRUCT: &str = "`required`, `optional`, `computed`, `optional_computed`, \
    `description = …` and `version = …`";
const ON_A_FIELD: &str = "`required`, `optional`, `computed`, `optional_computed`, `never_null`, \
    `sensitive`, `description = …`, `attribute = …` and `root(…)`";
const IN_ROOT: &str = "`required`, `optional`, `computed`, `optional_computed`, \
    `description = …` and `append = …`";

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Constraint {
    Required,
    Optional,
    Computed,
    OptionalComputed,
}

impl Constraint {
    fn from_option(option: &str) -> Option<Self> {
        Some(match option {
            "required" => Self::Required,
            "optional" => Self::Optional,
            "computed" => Self::Computed,
            "optional_computed" => Self::OptionalComputed,
            _ => return None,
        })
    }

    /// Whether the provider may set the attribute.
    pub(crate) fn may_be_computed(self) -> bool {
        matches!(self, Self::Computed | Self::OptionalComputed)
    }

    /// The name of tf-provider's variant.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Required => "Required",
            Self::Optional => "Optional",
            Self::Computed => "Computed",
            Self::OptionalComputed => "OptionalComputed",
        }
    }
}

/// The options of a struct.
#[derive(Default)]
pub(crate) struct StructOptions {
    /// The constraint of fields without one.
    pub(crate) constraint: Option<Constraint>,
    /// The description, in place of the doc comment.
    pub(crate) description: Option<Expr>,
    /// The schema's version.
    pub(crate) version: Option<LitInt>,
}

/// The options of a field.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) constraint: Option<Constraint>,
    /// The option `never_null`, for errors.
    pub(crate) never_null: Option<Path>,
    pub(crate) sensitive: bool,
    /// The description, in place of the doc comment.
    pub(crate) description: Option<Expr>,
    /// The whole attribute.
    pub(crate) attribute: Option<Expr>,
    /// The differences at the root of a schema.
    pub(crate) root: Option<RootOptions>,
    /// The paths of all options, for errors.
    pub(crate) given: Vec<Path>,
}

/// The options that apply when the struct is the root of a schema, not nested.
#[derive(Default)]
pub(crate) struct RootOptions {
    pub(crate) constraint: Option<Constraint>,
    pub(crate) description: Option<Expr>,
    /// Text after the description.
    pub(crate) append: Option<Expr>,
}

impl StructOptions {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut options = Self::default();
        each_option(attributes, |meta| {
            let option = name(meta);
            if let Some(constraint) = Constraint::from_option(&option) {
                return set_constraint(meta, &mut options.constraint, constraint);
            }
            match option.as_str() {
                "description" => set(meta, &mut options.description, expression(meta)?),
                "version" => set(meta, &mut options.version, meta.value()?.parse()?),
                _ => Err(unknown(meta, "a struct takes", ON_A_STRUCT)),
            }
        })?;
        Ok(options)
    }
}

impl FieldOptions {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut options = Self::default();
        each_option(attributes, |meta| {
            options.given.push(meta.path.clone());
            let option = name(meta);
            if let Some(constraint) = Constraint::from_option(&option) {
                return set_constraint(meta, &mut options.constraint, constraint);
            }
            match option.as_str() {
                "never_null" => set(meta, &mut options.never_null, meta.path.clone())?,
                "sensitive" => options.sensitive = true,
                "description" => set(meta, &mut options.description, expression(meta)?)?,
                "attribute" => set(meta, &mut options.attribute, expression(meta)?)?,
                "root" => set(meta, &mut options.root, RootOptions::read(meta)?)?,
                "flatten" | "rename" => {
                    let text =
                        format!("use `#[serde({option})]`: the schema follows serde's names");
                    return Err(meta.error(text));
                }
                "nested" => return Err(meta.error("not needed: the field's type says it")),
                _ => return Err(unknown(meta, "a field takes", ON_A_FIELD)),
            }
            Ok(())
        })?;
        Ok(options)
    }
}

impl RootOptions {
    fn read(meta: &ParseNestedMeta<'_>) -> Result<Self> {
        let mut options = Self::default();
        meta.parse_nested_meta(|meta| {
            let option = name(&meta);
            if let Some(constraint) = Constraint::from_option(&option) {
                return set_constraint(&meta, &mut options.constraint, constraint);
            }
            match option.as_str() {
                "description" => set(&meta, &mut options.description, expression(&meta)?)?,
                "append" => set(&meta, &mut options.append, expression(&meta)?)?,
                _ => return Err(unknown(&meta, "`root` takes", IN_ROOT)),
            }
            if options.description.is_some() && options.append.is_some() {
                return Err(meta.error("`description` and `append` exclude each other"));
            }
            Ok(())
        })?;
        Ok(options)
    }
}

fn each_option(
    attributes: &[Attribute],
    mut visit: impl FnMut(&ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    for attribute in attributes {
        if attribute.path().is_ident("schema") {
            attribute.parse_nested_meta(|meta| visit(&meta))?;
        }
    }
    Ok(())
}

fn name(meta: &ParseNestedMeta<'_>) -> String {
    let name = meta.path.get_ident().map(Ident::to_string);
    name.unwrap_or_default()
}

fn expression(meta: &ParseNestedMeta<'_>) -> Result<Expr> {
    meta.value()?.parse()
}

fn set<T>(meta: &ParseNestedMeta<'_>, slot: &mut Option<T>, value: T) -> Result<()> {
    if slot.replace(value).is_some() {
        return Err(meta.error(format!("`{}` is given twice", name(meta))));
    }
    Ok(())
}

fn set_constraint(
    meta: &ParseNestedMeta<'_>,
    slot: &mut Option<Constraint>,
    constraint: Constraint,
) -> Result<()> {
    if slot.replace(constraint).is_some() {
        return Err(meta.error(
            "only one of `required`, `optional`, `computed` and `optional_computed` applies",
        ));
    }
    Ok(())
}

fn unknown(meta: &ParseNestedMeta<'_>, who: &str, takes: &str) -> syn::Error {
    meta.error(format!("unknown option; {who} {takes}"))
}
