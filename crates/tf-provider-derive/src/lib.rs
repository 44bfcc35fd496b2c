//! Derives a Terraform schema from the struct that holds its values.
//!
//! Without it, a provider declares every attribute twice: as a field, and in the schema.
//! `#[derive(Schema)]` turns fields into attributes and doc comments into descriptions. Options set
//! the rest.
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
//!     #[schema(computed, never_null)]
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
//!     #[schema(never_null)]
//!     id: Value<String>,
//!     /// The server's name.
//!     name: Value<String>,
//! }
//!
//! assert_eq!(Disk::NAMES, ["size", "id", "servers"]);
//! assert_eq!(Disk::never_null(), ["id", "servers.id"]);
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
//! a paragraph are joined by a space, and an empty line ends a paragraph. List items, headings,
//! quotes, tables and code blocks keep their lines. A description is Markdown. Every schema and
//! attribute needs one.
//!
//! # Options of a field
//!
//! - `required`, `optional`, `computed`, `optional_computed`: who sets the attribute. Exactly one
//!   of them, unless the struct has a default.
//! - `never_null`: a computed attribute is not null once it is known. Plans of a resource say so if
//!   its `ManagedResource::never_null` returns the model's, as `Simple` does. Then a configuration
//!   can compare it with null before the object exists: `count = x.id == null ? 0 : 1`. Terraform
//!   refuses an apply that leaves it null.
//! - `sensitive`: Terraform hides the value in its output.
//! - `description = EXPR`: replaces the doc comment. `EXPR` implements `ToString`.
//! - `attribute = EXPR`: the whole attribute, as a `tf_provider::schema::Attribute`. A doc comment
//!   replaces its description.
//! - `root(…)`: differences where the struct is the root of a schema, not nested in another: a
//!   constraint, and `description = EXPR` or `append = EXPR` (text after the description).
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
//! Names are serde's, because values are encoded with them: `#[serde(rename = "…")]` renames the
//! attribute, and the fields of a `#[serde(flatten)]` field become attributes of the outer struct.
//!
//! # Generated code
//!
//! The derive implements the trait `Schema` of the module `model` in `tf-provider-server`, which
//! also contains everything that the generated code calls. A crate of procedural macros cannot
//! export traits, so `model` reexports the derive.
//!
//! # Reading order
//!
//! `model.rs` (reads and checks a struct), `options.rs` and `serde_options.rs` (read its options),
//! `description.rs` (converts doc comments), `expand.rs` (generates the code), `tests.rs` (compile
//! errors). `tests/schemas` compares a derived schema with one written by hand.

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
