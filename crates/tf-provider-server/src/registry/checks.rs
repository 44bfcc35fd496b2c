//! Reports registrations that would have no effect, as errors in the schema.

use std::collections::BTreeSet;

use tf_provider::{Diagnostic, Diagnostics};

use super::super::diagnostics::error;
use super::super::protocol::get_provider_schema;
use super::super::protocol::tfplugin6::Schema;
use super::super::protocol::tfplugin6::schema::{Attribute, Block};
use super::super::provider::NAME;
use super::Plugin;

/// Reports names that were registered twice, of which only the last registration is served.
pub(super) fn twice(diags: &mut Diagnostics, registered: &[(&str, String)]) {
    for (kind, name) in registered {
        diags.errors.push(error(
            format!("`{name}` is registered twice"),
            format!("This is a bug in the provider: it calls `Plugin::{kind}` twice for `{name}`."),
        ));
    }
}

/// Reports a list whose objects have no managed resource, or one without an identity.
pub(super) fn listed(diags: &mut Diagnostics, plugin: &Plugin, name: &str) {
    if plugin.identity_of(name).is_none() {
        diags.errors.push(error(
            format!("`{name}` cannot be listed"),
            format!(
                "This is a bug in the provider: it registers `Plugin::list_resource` without a \
                 managed resource `{name}` that has an identity."
            ),
        ));
    }
}

/// Reports deprecations of what is not in the schemas of this name.
pub(super) fn deprecated<'a>(
    diags: &mut Diagnostics,
    schemas: &get_provider_schema::Response,
    name: &str,
    paths: impl Iterator<Item = &'a String>,
) {
    for path in paths {
        let exists = |block: &Block| {
            path.is_empty() || matches!(find(block, path), Some(Item::Attribute | Item::Block))
        };
        if !any_schema(schemas, name, exists) {
            diags.errors.push(no_effect(name, path, "deprecated"));
        }
    }
}

/// Reports computed blocks that are not in the schemas of this name.
pub(super) fn computed_blocks(
    diags: &mut Diagnostics,
    schemas: &get_provider_schema::Response,
    name: &str,
    paths: &BTreeSet<String>,
) {
    for path in paths {
        if !any_schema(schemas, name, |block| {
            find(block, path) == Some(Item::Block)
        }) {
            diags.errors.push(no_effect(name, path, "computed_block"));
        }
    }
}

fn no_effect(name: &str, path: &str, method: &str) -> Diagnostic {
    error(
        format!("`{path}` is not in the schema of `{name}`"),
        format!("This is a bug in the provider: its call of `Plugin::{method}` has no effect."),
    )
}

/// Reports paths of [`ManagedResource::never_null`](super::super::ManagedResource::never_null) that
/// are not in the schema. `id` is the default, also for resources without it.
pub(super) fn never_null(diags: &mut Diagnostics, name: &str, schema: &Schema, paths: &[String]) {
    for path in paths.iter().filter(|path| *path != "id") {
        let item = schema.block.as_ref().and_then(|block| find(block, path));
        if !matches!(item, Some(Item::Attribute | Item::InObject)) {
            diags.errors.push(error(
                format!("`{path}` is no attribute of `{name}`"),
                "This is a bug in the provider: `ManagedResource::never_null` names it.",
            ));
        }
    }
}

/// Whether a schema of this name fulfils the condition.
fn any_schema(
    schemas: &get_provider_schema::Response,
    name: &str,
    condition: impl Fn(&Block) -> bool,
) -> bool {
    let provider = schemas.provider.as_ref().filter(|_| name == NAME);
    let meta = schemas.provider_meta.as_ref().filter(|_| name == NAME);
    let resource = schemas.resource_schemas.get(name);
    let data_source = schemas.data_source_schemas.get(name);
    [provider, meta, resource, data_source]
        .into_iter()
        .flatten()
        .filter_map(|schema| schema.block.as_ref())
        .any(condition)
}

/// What a path in a schema names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Attribute,
    Block,
    /// A value in an attribute whose type is an object or a collection.
    InObject,
}

/// Returns what a dotted path names; `None` if there is nothing of that name.
fn find(block: &Block, path: &str) -> Option<Item> {
    let (name, rest) = split(path);
    let nested = block.block_types.iter().find(|it| it.type_name == name);
    match (nested, rest) {
        (Some(_), None) => Some(Item::Block),
        (Some(nested), Some(rest)) => find(nested.block.as_ref()?, rest),
        (None, _) => find_attribute(&block.attributes, path),
    }
}

fn find_attribute(attributes: &[Attribute], path: &str) -> Option<Item> {
    let (name, rest) = split(path);
    let attribute = attributes.iter().find(|it| it.name == name)?;
    match rest {
        None => Some(Item::Attribute),
        Some(rest) => match &attribute.nested_type {
            Some(nested) => find_attribute(&nested.attributes, rest),
            None => Some(Item::InObject),
        },
    }
}

fn split(path: &str) -> (&str, Option<&str>) {
    match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    }
}

#[cfg(test)]
mod tests {
    use tf_provider::Diagnostics;

    use super::super::super::protocol::tfplugin6::schema::{Attribute, Block, NestedBlock};
    use super::super::super::protocol::tfplugin6::{Schema, schema};
    use super::never_null;

    fn attribute(name: &str, nested: Option<Vec<Attribute>>) -> Attribute {
        Attribute {
            name: name.to_owned(),
            nested_type: nested.map(|attributes| schema::Object {
                attributes,
                ..schema::Object::default()
            }),
            ..Attribute::default()
        }
    }

    #[test]
    fn paths_of_never_null_that_are_no_attributes_are_errors() {
        #[track_caller]
        fn check(path: &str, errors: usize) {
            let part = Block {
                attributes: vec![attribute("weight", None)],
                ..Block::default()
            };
            let place = vec![attribute("label", None)];
            let block = Block {
                attributes: vec![attribute("place", Some(place)), attribute("object", None)],
                block_types: vec![NestedBlock {
                    type_name: "parts".to_owned(),
                    block: Some(part),
                    ..NestedBlock::default()
                }],
                ..Block::default()
            };
            let schema = Schema {
                version: 0,
                block: Some(block),
            };
            let mut diags = Diagnostics::default();
            never_null(&mut diags, "test_item", &schema, &[path.to_owned()]);
            assert_eq!(diags.errors.len(), errors, "{path}");
        }
        for path in ["id", "place", "place.label", "parts.weight", "object.key"] {
            check(path, 0);
        }
        for path in ["size", "place.size", "parts", "parts.size"] {
            check(path, 1);
        }
    }
}
