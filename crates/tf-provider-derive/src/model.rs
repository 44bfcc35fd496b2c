//! Reads a struct and its options, and checks them.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned as _;
use syn::{
    Data, DataStruct, DeriveInput, Error, Expr, Field, Fields, Ident, LitInt, LitStr, Result, Type,
    parse_quote,
};

use crate::description;
use crate::errors::Errors;
use crate::options::{Constraint, FieldOptions, StructOptions};
use crate::serde_options::{self, FieldName};

/// A struct that has a schema.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) version: LitInt,
    pub(crate) description: Text,
    pub(crate) fields: Vec<ModelField>,
}

/// A field of the struct.
pub(crate) struct ModelField {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) role: Role,
}

/// The role of a field in the schema.
pub(crate) enum Role {
    /// An attribute with this name.
    Attribute(LitStr, Box<Source>),
    /// A struct whose fields are attributes of the outer struct.
    Flattened,
}

/// The source of an attribute.
pub(crate) enum Source {
    /// The options and the type.
    Options {
        constraint: Constraint,
        never_null: bool,
        sensitive: bool,
        description: Text,
        root: Option<Root>,
    },
    /// An expression, perhaps with another description.
    Expression(Expr, Option<Text>),
}

/// The differences of an attribute at the root of a schema.
pub(crate) struct Root {
    pub(crate) constraint: Constraint,
    pub(crate) description: Text,
}

/// A description.
#[derive(Clone)]
pub(crate) enum Text {
    /// A doc comment.
    Doc(String),
    /// The expression in an option.
    Expression(Expr),
    /// A text, a space, and the expression in an option.
    Joined(Box<Self>, Expr),
}

impl ToTokens for Text {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Doc(text) => text.to_tokens(tokens),
            Self::Expression(text) => text.to_tokens(tokens),
            Self::Joined(text, more) => {
                tokens.extend(quote!(::std::format!("{} {}", #text, #more)));
            }
        }
    }
}

impl Model {
    /// Reads a struct and its options.
    pub(crate) fn read(input: DeriveInput) -> Result<Self> {
        let mut errors = Errors::default();
        let fields = named_fields(&input)?;
        if !input.generics.params.is_empty() {
            errors.push(Error::new_spanned(
                &input.generics,
                "a struct with a schema has no generic parameters",
            ));
        }
        errors.take(serde_options::check_struct(&input.attrs));
        let options = errors
            .take(StructOptions::read(&input.attrs))
            .unwrap_or_default();
        let description = match options.description {
            Some(text) => Some(Text::Expression(text)),
            None => errors
                .take(description::from_docs(&input.attrs))
                .map(|doc| Text::Doc(doc.unwrap_or_default())),
        };
        if matches!(&description, Some(Text::Doc(doc)) if doc.is_empty()) {
            errors.push(Error::new(
                input.ident.span(),
                "a struct with a schema needs a doc comment: it becomes the description",
            ));
        }
        let mut names = HashSet::new();
        let fields = fields
            .into_iter()
            .filter_map(|field| {
                let field = errors.take(ModelField::read(field, options.constraint))?;
                if let Role::Attribute(name, _) = &field.role
                    && !names.insert(name.value())
                {
                    errors.push(serde_options::same_name(name));
                }
                Some(field)
            })
            .collect();
        errors.finish(Self {
            ident: input.ident,
            version: options.version.unwrap_or_else(|| parse_quote!(0)),
            description: description.unwrap_or(Text::Doc(String::new())),
            fields,
        })
    }
}

fn named_fields(input: &DeriveInput) -> Result<Vec<Field>> {
    if let Data::Struct(DataStruct {
        fields: Fields::Named(fields),
        ..
    }) = &input.data
    {
        return Ok(fields.named.iter().cloned().collect());
    }
    Err(Error::new(
        input.ident.span(),
        "`Schema` is derived for structs with named fields",
    ))
}

impl ModelField {
    fn read(field: Field, default: Option<Constraint>) -> Result<Self> {
        let Some(ident) = field.ident.clone() else {
            return Err(Error::new(field.span(), "a field needs a name"));
        };
        let mut errors = Errors::default();
        let name = errors.take(serde_options::field_name(&field, &ident));
        let options = errors.take(FieldOptions::read(&field.attrs));
        let docs = match &options {
            // Then the doc comment is not the description.
            Some(options) if options.description.is_some() => Some(None),
            _ => errors.take(description::from_docs(&field.attrs)),
        };
        let role = match (name, options, docs) {
            (Some(FieldName::Attribute(name)), Some(options), Some(docs)) => errors
                .take(Source::new(&ident, options, docs, default))
                .map(|source| Role::Attribute(name, Box::new(source))),
            (Some(FieldName::Flattened), Some(options), _) => {
                for option in &options.given {
                    errors.push(Error::new_spanned(
                        option,
                        "a flattened field takes no options: its struct's fields have their own",
                    ));
                }
                Some(Role::Flattened)
            }
            _ => None,
        };
        errors.finish(())?;
        // Not reached: a field without a role has an error.
        let role = role.ok_or_else(|| Error::new(ident.span(), "the field cannot be read"))?;
        Ok(Self {
            ident,
            ty: field.ty,
            role,
        })
    }
}

impl Source {
    fn new(
        ident: &Ident,
        options: FieldOptions,
        docs: Option<String>,
        default: Option<Constraint>,
    ) -> Result<Self> {
        let mut errors = Errors::default();
        if let Some(attribute) = options.attribute {
            let others = options.given.iter().filter(|it| !it.is_ident("attribute"));
            for option in others {
                errors.push(Error::new_spanned(
                    option,
                    "`attribute = …` defines the whole attribute; remove the other options",
                ));
            }
            return errors.finish(Self::Expression(attribute, docs.map(Text::Doc)));
        }
        let constraint = options.constraint.or(default);
        if constraint.is_none() {
            errors.push(Error::new(
                ident.span(),
                format!(
                    "`{ident}` needs one of `#[schema(required)]`, `#[schema(optional)]`, \
                     `#[schema(computed)]` and `#[schema(optional_computed)]`, or a default on \
                     the struct"
                ),
            ));
        }
        let description = match (options.description, docs) {
            (Some(text), _) => Some(Text::Expression(text)),
            (None, docs) => docs.map(Text::Doc),
        };
        if description.is_none() {
            errors.push(Error::new(
                ident.span(),
                format!(
                    "`{ident}` needs a doc comment or `#[schema(description = …)]`: it becomes \
                     the description"
                ),
            ));
        }
        let (Some(constraint), Some(description)) = (constraint, description) else {
            errors.finish(())?;
            return Err(Error::new(ident.span(), "the field cannot be read"));
        };
        let root = options.root.map(|root| Root {
            constraint: root.constraint.unwrap_or(constraint),
            description: match (root.description, root.append) {
                (Some(text), _) => Text::Expression(text),
                (None, Some(more)) => Text::Joined(Box::new(description.clone()), more),
                (None, None) => description.clone(),
            },
        });
        let at_root = root.as_ref().map_or(constraint, |root| root.constraint);
        if let Some(option) = &options.never_null
            && !constraint.may_be_computed()
            && !at_root.may_be_computed()
        {
            errors.push(Error::new_spanned(
                option,
                "only an attribute that is `computed` or `optional_computed` is unknown in a plan",
            ));
        }
        errors.finish(Self::Options {
            constraint,
            never_null: options.never_null.is_some(),
            sensitive: options.sensitive,
            description,
            root,
        })
    }

    /// Whether only the provider sets the attribute, both nested and at the root.
    pub(crate) fn is_computed(&self) -> bool {
        match self {
            Self::Options {
                constraint, root, ..
            } => {
                let at_root = root.as_ref().map_or(*constraint, |root| root.constraint);
                at_root == Constraint::Computed
            }
            Self::Expression(..) => false,
        }
    }
}
