//! Compile errors: their location and their text.
//!
//! Locations are compared only with `--features proc-macro2/span-locations`. As a dependency, that
//! feature would make cargo build every macro of the workspace a second time.

use syn::{Error, parse_str};

use crate::expand::expand;
use crate::model::Model;

/// Checks that `code` has one error, at `location` and with the text `message`.
#[track_caller]
fn check(code: &str, location: &str, message: &str) {
    let errors = errors(code);
    let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(messages, [message]);
    check_locations(&errors, &[location]);
}

#[track_caller]
fn check_locations(errors: &[Error], expected: &[&str]) {
    let locations: Vec<_> = errors
        .iter()
        .filter_map(|it| it.span().source_text())
        .collect();
    if !locations.is_empty() {
        assert_eq!(locations, expected);
    }
}

/// Returns the errors of `code`.
#[track_caller]
fn errors(code: &str) -> Vec<Error> {
    match Model::read(parse_str(code).expect("an item")) {
        Ok(_) => panic!("no error: {code}"),
        Err(errors) => errors.into_iter().collect(),
    }
}

/// Returns a struct with a field that has `attributes`.
fn with_field(attributes: &str) -> String {
    format!("/// Doc.\nstruct Model {{ {attributes} id: Value<String> }}")
}

#[test]
fn a_valid_struct_gets_an_impl() {
    let code = "/// Doc.\nstruct Model { #[schema(computed)] \
                #[doc = \" The id.\"] id: Value<String> }";
    let model = Model::read(parse_str(code).expect("an item")).expect("no errors");
    let code = expand(&model).to_string();
    assert!(
        code.contains("use :: tf_provider_server :: model as __model"),
        "{code}"
    );
    assert!(code.contains("for Model"), "{code}");
    assert!(
        code.contains("Constraint :: Computed , false , \"The id.\""),
        "{code}"
    );
}

#[test]
fn only_structs_with_named_fields_and_no_parameters_have_a_schema() {
    let named = "`Schema` is derived for structs with named fields";
    check("/// Doc.\nenum Model { One }", "Model", named);
    check("/// Doc.\nstruct Model(Value<String>);", "Model", named);
    check("/// Doc.\nstruct Model;", "Model", named);
    check(
        "/// Doc.\nstruct Model<'a, T> {}",
        "<'a, T>",
        "a struct with a schema has no generic parameters",
    );
}

#[test]
fn a_missing_description_is_an_error() {
    check(
        "struct Model {}",
        "Model",
        "a struct with a schema needs a doc comment: it becomes the description",
    );
    check(
        &with_field("#[schema(computed)]"),
        "id",
        "`id` needs a doc comment or `#[schema(description = …)]`: it becomes the description",
    );
    check(
        &with_field("#[doc = \"\"] #[schema(computed)]"),
        "id",
        "`id` needs a doc comment or `#[schema(description = …)]`: it becomes the description",
    );
}

#[test]
fn doc_comments_that_cannot_be_read_are_refused() {
    check(
        &with_field("#[doc = include_str!(\"id.md\")] #[schema(computed)]"),
        "include_str!(\"id.md\")",
        "a description must be literal text here; use `#[schema(description = …)]` for other \
         expressions",
    );
    check(
        &with_field("#[doc = \"One.\\nTwo.\"] #[schema(computed)]"),
        "\"One.\\nTwo.\"",
        "a description is written with `///`, one line each",
    );
}

#[test]
fn one_constraint_applies() {
    check(
        &with_field("#[doc = \"The id.\"]"),
        "id",
        "`id` needs one of `#[schema(required)]`, `#[schema(optional)]`, `#[schema(computed)]` and \
         `#[schema(optional_computed)]`, or a default on the struct",
    );
    check(
        &with_field("#[doc = \"The id.\"] #[schema(optional, computed)]"),
        "computed",
        "only one of `required`, `optional`, `computed` and `optional_computed` applies",
    );
}

#[test]
fn only_computed_attributes_can_be_marked_as_never_null() {
    check(
        &with_field("#[doc = \"The id.\"] #[schema(optional, never_null)]"),
        "never_null",
        "only an attribute that is `computed` or `optional_computed` is unknown in a plan",
    );
    check(
        &with_field("#[doc = \"The id.\"] #[schema(computed, never_null, never_null)]"),
        "never_null",
        "`never_null` is given twice",
    );
}

#[test]
fn the_error_for_an_unknown_option_lists_the_known_ones() {
    check(
        &with_field("#[schema(secret)]"),
        "secret",
        "unknown option; a field takes `required`, `optional`, `computed`, `optional_computed`, \
         `never_null`, `sensitive`, `description = …`, `attribute = …` and `root(…)`",
    );
    check(
        "/// Doc.\n#[schema(sensitive)] struct Model {}",
        "sensitive",
        "unknown option; a struct takes `required`, `optional`, `computed`, `optional_computed`, \
         `description = …` and `version = …`",
    );
    check(
        &with_field("#[schema(computed, root(sensitive))]"),
        "sensitive",
        "unknown option; `root` takes `required`, `optional`, `computed`, `optional_computed`, \
         `description = …` and `append = …`",
    );
    check(
        &with_field("#[schema(flatten)]"),
        "flatten",
        "use `#[serde(flatten)]`: the schema follows serde's names",
    );
    check(
        &with_field("#[schema(nested)]"),
        "nested",
        "not needed: the field's type says it",
    );
}

#[test]
fn options_that_exclude_each_other_are_refused() {
    check(
        &with_field("#[schema(attribute = make(), optional)]"),
        "optional",
        "`attribute = …` defines the whole attribute; remove the other options",
    );
    check(
        &with_field("#[schema(computed, description = \"a\", description = \"b\")]"),
        "description = \"b\"",
        "`description` is given twice",
    );
    check(
        &with_field("#[schema(computed, root(description = \"a\", append = \"b\"))]"),
        "append = \"b\"",
        "`description` and `append` exclude each other",
    );
    check(
        &with_field("#[serde(flatten)] #[schema(computed)]"),
        "computed",
        "a flattened field takes no options: its struct's fields have their own",
    );
}

#[test]
fn options_of_serde_that_the_schema_cannot_follow_are_refused() {
    check(
        &with_field("#[serde(rename(serialize = \"ID\"))]"),
        "rename",
        "an attribute has one name: use `rename = \"…\"`",
    );
    check(
        &with_field("#[serde(default = \"f\", skip)]"),
        "skip",
        "every attribute of a schema has a value, so a field cannot be skipped",
    );
    check(
        "/// Doc.\n#[serde(bound(serialize = \"\"), rename_all = \"camelCase\")] struct Model {}",
        "rename_all",
        "use `#[serde(rename = \"…\")]` on the fields instead",
    );
    check(
        "/// Doc.\n#[serde(tag = \"kind\")] struct Model {}",
        "tag",
        "a struct with a schema is encoded as its fields and nothing else",
    );
    check(
        "/// Doc.\n#[schema(computed)] struct Model { \
         #[doc = \"A.\"] a: V, #[doc = \"B.\"] #[serde(rename = \"a\")] b: V }",
        "\"a\"",
        "there is an attribute `a` already",
    );
}

#[test]
fn one_build_reports_the_mistakes_of_all_fields() {
    let errors = errors("struct Model { #[schema(sensitiv)] a: V, b: V }");
    assert_eq!(errors.len(), 4);
    check_locations(&errors, &["Model", "sensitiv", "b", "b"]);
}
