//! Which module may use which.

use crate::Source;

/// The files that implement tf-provider's own traits.
const ADAPTERS: &[&str] = &[
    "src/framework/resource/adapter.rs",
    "src/framework/data_source.rs",
    "src/framework/list_resource.rs",
    "src/framework/function.rs",
    "src/provider.rs",
];

/// The modules of `src/resources`.
fn nouns() -> Vec<String> {
    let mut nouns: Vec<_> = Source::below("src/resources")
        .iter()
        .filter_map(|source| {
            let rest = source.path.strip_prefix("src/resources/")?;
            Some(rest.split(['/', '.']).next()?.to_owned())
        })
        .collect();
    nouns.sort();
    nouns.dedup();
    nouns
}

fn below(folders: &[&str]) -> impl Iterator<Item = Source> {
    folders.iter().flat_map(|folder| Source::below(folder))
}

#[track_caller]
fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn only_the_adapters_implement_the_traits_of_tf_provider() {
    let found: Vec<_> = Source::below("src")
        .iter()
        .filter(|source| !ADAPTERS.contains(&source.path.as_str()))
        .flat_map(|source| {
            source.holding(&[
                "tf_provider::Resource for ",
                "tf_provider::DataSource for ",
                "tf_provider_server::ListResource for ",
                "tf_provider::Function for ",
                " Provider for ",
                "tf_provider::Diagnostics",
            ])
        })
        .filter(|line| !line.starts_with("src/framework/diagnostics.rs"))
        .collect();
    assert_none(
        "a resource returns `Result`; only its adapter uses `Option` and `Diagnostics`",
        &found,
    );
}

#[test]
fn the_framework_uses_no_resource() {
    let found: Vec<_> = Source::below("src/framework")
        .iter()
        .flat_map(|source| {
            source.holding(&["crate::resources", "crate::provider", "crate::functions"])
        })
        .collect();
    assert_none(
        "`provider.rs` uses every resource; `framework` uses none",
        &found,
    );
}

#[test]
fn no_resource_uses_another() {
    let nouns = nouns();
    assert!(nouns.len() > 4, "only {nouns:?}");
    for noun in &nouns {
        let others: Vec<_> = nouns
            .iter()
            .filter(|other| *other != noun)
            // Pools and routes are parts of one document, whose noun has what both show of it.
            .filter(|other| **other != "routed_ipv6" || !noun.starts_with("routed_ipv6_"))
            .map(|other| format!("crate::resources::{other}::"))
            .collect();
        let others: Vec<_> = others.iter().map(String::as_str).collect();
        let found: Vec<_> = Source::below(&format!("src/resources/{noun}"))
            .iter()
            .flat_map(|source| source.holding(&others))
            .collect();
        assert_none(
            "what two resources share belongs in `framework`, or in the noun of their document",
            &found,
        );
    }
}

#[test]
fn a_model_destructures_the_wire_type_without_a_rest_pattern() {
    let found: Vec<_> = Source::below("src")
        .iter()
        .filter(|source| source.path.ends_with("/model.rs"))
        .flat_map(|source| source.holding(&[".. }"]))
        .collect();
    assert_none(
        "without `..` a new field of the wire type is a compile error in the model",
        &found,
    );
}

#[test]
fn nothing_prints() {
    let found: Vec<_> = below(&["src", "crates/hostup-client/src"])
        .flat_map(|source| {
            source.holding(&["println!", "print!(", "eprint", "stdout()", "stderr()"])
        })
        .collect();
    assert_none("stdout is the handshake and stderr is the log", &found);
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let found: Vec<_> = below(&["src", "crates/hostup-client/src"])
        .filter(|source| source.path != "src/provider/config.rs")
        .flat_map(|source| source.holding(&["env::var", "env::vars", "env::temp_dir"]))
        .collect();
    assert_none(
        "only `provider/config.rs`, `tf-provider-server` and `main.rs` read the environment",
        &found,
    );
}
