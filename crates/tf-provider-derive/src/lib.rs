//! Derives a Terraform schema from the struct that holds its values.
//!
//! A provider needs every attribute twice: as a field that is decoded and encoded, and in the
//! schema that Terraform reads. With `#[derive(Schema)]` it is written once: fields become
//! attributes, doc comments become descriptions, and options set the rest.
//!
//! ```standalone_crate
//! # fn main() {
//! use serde::{Deserialize, Serialize};
//! use tf_provider::value::Value;
//!
//! use tf_provider_server::model::Schema;
//! use tf_provider_server::value::Int;
//!
//! /// Manages a disk.
//! ///
//! /// **It can't shrink:** a smaller `size` makes a new disk.
//! #[derive(Serialize, Deserialize, Schema)]
//! struct Disk {
//!     /// The size in GB.
//!     #[schema(required)]
//!     size: Value<Int>,
//!     /// The disk's id, which begins with `disk_`.
//!     #[schema(computed)]
//!     id: Value<String>,
//!     /// The servers that the disk is attached to.
//!     #[schema(computed)]
//!     servers: Value<Vec<Server>>,
//! }
//!
//! /// A server that a disk is attached to.
//! #[derive(Serialize, Deserialize, Schema)]
//! #[schema(computed)]
//! struct Server {
//!     /// The server's id.
//!     id: Value<String>,
//!     /// The server's name.
//!     name: Value<String>,
//! }
//!
//! assert_eq!(Disk::NAMES, ["size", "id", "servers"]);
//! assert_eq!(
//!     Disk::schema().block.description.content,
//!     "Manages a disk.\n\n**It can't shrink:** a smaller `size` makes a new disk.",
//! );
//! let mut planned = Disk::null();
//! planned.set_computed_unknown();
//! assert!(planned.size.is_null() && planned.id.is_unknown() && planned.servers.is_unknown());
//! # }
//! ```
//!
//! # Descriptions
//!
//! The struct's doc comment describes the schema, a field's doc comment its attribute. The lines of
//! a paragraph are joined by a blank, and an empty line ends a paragraph. List items, headings,
//! quotes, tables and code blocks keep their lines. A description is Markdown, and required.
//!
//! # Options of a field
//!
//! - `required`, `optional`, `computed`, `optional_computed`: who sets the attribute. One of them,
//!   unless the struct has a default.
//! - `sensitive`: Terraform hides the value in its output.
//! - `description = EXPR`: the description, in place of the doc comment. Anything that implements
//!   `ToString`.
//! - `attribute = EXPR`: the whole attribute, a `tf_provider::schema::Attribute` that depends on
//!   more than the type. A doc comment replaces its description.
//! - `root(…)`: what is different where the struct is the root of a schema, not nested in another:
//!   a constraint, and `description = EXPR` or `append = EXPR` (sentences after the description).
//!
//! # Options of a struct
//!
//! - `required`, `optional`, `computed`, `optional_computed`: the default of its fields.
//! - `description = EXPR`: as for a field.
//! - `version = NUMBER`: the schema's version, 0 by default.
//!
//! # Types and names
//!
//! A field is a `Value<T>`. The type of the attribute follows from `T` through the trait
//! `SchemaType`: `String`, `bool`, numbers, lists, sets and maps of these. A struct that derives
//! `Schema` is a nested attribute, and a `Vec` of it a list of nested attributes.
//!
//! Names are serde's, because values travel under them: `#[serde(rename = "…")]` renames the
//! attribute, and the fields of a `#[serde(flatten)]` field become attributes of the outer struct.
//!
//! # What is generated
//!
//! An `impl` of the trait `Schema`: the schema, the attributes' names, the value with every
//! attribute null, the value with every attribute unknown, `set_computed_unknown` for the plan of a
//! new object, and `first_unknown`, the name of the first attribute that is unknown.
//!
//! # The runtime part
//!
//! The traits and the functions that the generated code calls are in the module `model` of
//! `tf-provider-server`, because a crate of procedural macros can export nothing else. It reexports
//! the derive.
//!
//! # Reading order
//!
//! `model.rs` (a struct, checked), `options.rs` and `serde_options.rs` (what it takes from
//! attributes), `description.rs` (doc comments as text), `expand.rs` (the generated code),
//! `tests.rs` (what is refused). `tests/schemas` compares a derived schema with one written by
//! hand.

mod description;
mod errors;
mod expand;
mod model;
mod options;
mod serde_options;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives the trait `Schema`. The [crate's page](crate) describes the options.
#[proc_macro_derive(Schema, attributes(schema, serde))]
pub fn derive_schema(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::Model::read(input)
        .map_or_else(syn::Error::into_compile_error, |model| {
            expand::expand(&model)
        })
        .into()
}
