//! Generates the code for a struct.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::model::{Model, ModelField, Role, Root, Source, Text};
use crate::options::Constraint;

/// Returns the `impl` of the trait `Schema`.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model {
        ident,
        version,
        description,
        fields,
    } = model;
    let names = names(fields);
    let never_null = fields.iter().filter_map(never_null);
    let attributes = attributes(fields);
    let root_attributes = root_attributes(fields);
    let null = fields.iter().map(|field| each(field, "null"));
    let unknown = fields.iter().map(|field| each(field, "unknown"));
    let computed = fields.iter().filter_map(set_unknown);
    let first_unknown = fields.iter().map(first_unknown);
    quote! {
        const _: () = {
            use ::tf_provider_server::model as __model;
            use __model::private as __private;

            #[automatically_derived]
            impl __model::Schema for #ident {
                const NAMES: &'static [&'static str] = #names;

                fn schema() -> __private::Schema {
                    __private::schema(
                        #version,
                        #description,
                        <Self as __model::Schema>::root_attributes(),
                    )
                }

                fn attributes() -> __model::Attributes {
                    #attributes
                }

                #root_attributes

                fn never_null() -> ::std::vec::Vec<::std::string::String> {
                    let mut paths = ::std::vec::Vec::new();
                    #(#never_null)*
                    paths
                }

                fn null() -> Self {
                    Self { #(#null),* }
                }

                fn unknown() -> Self {
                    Self { #(#unknown),* }
                }

                fn set_computed_unknown(&mut self) {
                    #(#computed)*
                }

                fn first_unknown(&self) -> ::core::option::Option<&'static str> {
                    #(#first_unknown)*
                    ::core::option::Option::None
                }
            }
        };
    }
}

/// Returns the constant list of the names.
fn names(fields: &[ModelField]) -> TokenStream {
    let parts: Vec<_> = fields
        .iter()
        .map(|ModelField { ty, role, .. }| match role {
            Role::Attribute(name, _) => quote!(&[#name]),
            Role::Flattened => quote_spanned!(ty.span() => <#ty as __model::Schema>::NAMES),
        })
        .collect();
    quote! {{
        const PARTS: &[&[&str]] = &[#(#parts),*];
        const NAMES: [&str; __private::total(PARTS)] = __private::join(PARTS);
        &NAMES
    }}
}

/// Returns the code that adds the paths of what is never null in the field; `None` if the type of
/// the attribute is not that of the field.
fn never_null(field: &ModelField) -> Option<TokenStream> {
    let ModelField { ty, role, .. } = field;
    match role {
        Role::Flattened => Some(quote_spanned! { ty.span() =>
            paths.extend(<#ty as __model::Schema>::never_null());
        }),
        Role::Attribute(name, source) => {
            let Source::Options { never_null, .. } = &**source else {
                return None;
            };
            let own = never_null.then(|| quote!(paths.push(::std::string::String::from(#name));));
            Some(quote_spanned! { ty.span() =>
                #own
                paths.extend(__private::below(#name, <#ty as __model::SchemaType>::never_null()));
            })
        }
    }
}

/// Returns the attributes of a nested struct.
fn attributes(fields: &[ModelField]) -> TokenStream {
    let flattened = flattened(fields, "attributes");
    let own = fields.iter().filter_map(|field| {
        let Role::Attribute(name, source) = &field.role else {
            return None;
        };
        let attribute = match &**source {
            Source::Expression(attribute, None) => attribute.to_token_stream(),
            Source::Expression(attribute, Some(description)) => {
                quote!(__private::described(#attribute, #description))
            }
            Source::Options {
                constraint,
                sensitive,
                description,
                ..
            } => attribute(field, *constraint, *sensitive, description),
        };
        Some(quote!((#name, #attribute)))
    });
    quote!(__private::attributes(__model::Attributes::new(), [#(#flattened),*], [#(#own),*]))
}

/// Returns the function with the attributes of a struct that is the root of a schema, if they
/// differ.
fn root_attributes(fields: &[ModelField]) -> Option<TokenStream> {
    let flattened: Vec<_> = flattened(fields, "root_attributes").collect();
    let own: Vec<_> = fields
        .iter()
        .filter_map(|field| match &field.role {
            Role::Attribute(name, source) => match &**source {
                Source::Options {
                    sensitive,
                    root: Some(root),
                    ..
                } => {
                    let Root {
                        constraint,
                        description,
                    } = root;
                    let attribute = attribute(field, *constraint, *sensitive, description);
                    Some(quote!((#name, #attribute)))
                }
                _ => None,
            },
            Role::Flattened => None,
        })
        .collect();
    if flattened.is_empty() && own.is_empty() {
        return None;
    }
    Some(quote! {
        fn root_attributes() -> __model::Attributes {
            let nested = <Self as __model::Schema>::attributes();
            __private::attributes(nested, [#(#flattened),*], [#(#own),*])
        }
    })
}

/// Returns a call of `function` for each flattened field.
fn flattened(fields: &[ModelField], function: &str) -> impl Iterator<Item = TokenStream> {
    let function = format_ident!("{function}");
    fields
        .iter()
        .filter(|field| matches!(field.role, Role::Flattened))
        .map(move |ModelField { ty, .. }| {
            quote_spanned!(ty.span() => <#ty as __model::Schema>::#function())
        })
}

fn attribute(
    field: &ModelField,
    constraint: Constraint,
    sensitive: bool,
    description: &Text,
) -> TokenStream {
    let ty = &field.ty;
    let constraint = format_ident!("{}", constraint.variant());
    let attr_type = quote_spanned!(ty.span() => <#ty as __model::SchemaType>::attribute_type());
    quote! {
        __private::attribute(
            #attr_type,
            __private::Constraint::#constraint,
            #sensitive,
            #description,
        )
    }
}

/// Initializes the field with what the function `value` of its type returns.
fn each(field: &ModelField, value: &str) -> TokenStream {
    let ModelField { ident, ty, role } = field;
    let value = format_ident!("{value}");
    match role {
        Role::Flattened => quote_spanned!(ty.span() => #ident: <#ty as __model::Schema>::#value()),
        Role::Attribute(..) => {
            quote_spanned!(ty.span() => #ident: <#ty as __model::SchemaField>::#value())
        }
    }
}

/// Returns the code that sets the field to unknown; `None` unless only the provider sets it.
fn set_unknown(field: &ModelField) -> Option<TokenStream> {
    let ModelField { ident, ty, role } = field;
    match role {
        Role::Flattened => Some(quote_spanned! { ty.span() =>
            <#ty as __model::Schema>::set_computed_unknown(&mut self.#ident);
        }),
        Role::Attribute(_, source) if source.is_computed() => Some(quote_spanned! { ty.span() =>
            self.#ident = <#ty as __model::SchemaField>::unknown();
        }),
        Role::Attribute(..) => None,
    }
}

/// Returns the code that returns the name of the field if it is unknown.
fn first_unknown(field: &ModelField) -> TokenStream {
    let ModelField { ident, ty, role } = field;
    match role {
        Role::Flattened => quote_spanned! { ty.span() =>
            let name = <#ty as __model::Schema>::first_unknown(&self.#ident);
            if name.is_some() {
                return name;
            }
        },
        Role::Attribute(name, _) => quote_spanned! { ty.span() =>
            if <#ty as __model::SchemaField>::is_unknown(&self.#ident) {
                return ::core::option::Option::Some(#name);
            }
        },
    }
}
