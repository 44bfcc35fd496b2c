//! Who may know whom.

use crate::Source;

const NOUNS: &[&str] = &[
    "routed_ipv6",
    "routed_ipv6_pool",
    "routed_ipv6_route",
    "private_network",
    "vps_payg_limits",
    "functions",
];

/// Files in which the framework's own traits are implemented.
const BRIDGES: &[&str] = &[
    "src/provider/managed.rs",
    "src/provider/looked_up.rs",
    "src/provider/listed.rs",
    "src/provider/called.rs",
    "src/provider/mod.rs",
];

#[track_caller]
fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn the_client_knows_neither_the_framework_nor_any_other_module() {
    let found: Vec<_> = Source::below("src/client")
        .iter()
        .flat_map(|source| {
            let crate_paths = source.holding(&["crate::"]);
            let foreign = crate_paths
                .into_iter()
                .filter(|line| !line.contains("crate::client"));
            foreign
                .chain(source.holding(&["tf_provider", "tonic", "prost"]))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_none("`client` is layer 1: HostUp's API and nothing else", &found);
}

#[test]
fn the_plugin_knows_nothing_of_hostup() {
    let found: Vec<_> = Source::below("src/plugin")
        .iter()
        .flat_map(|source| {
            let crate_paths = source.holding(&["crate::"]);
            let foreign = crate_paths
                .into_iter()
                .filter(|line| !line.contains("crate::plugin"));
            foreign
                .chain(source.holding(&["hostup", "HostUp", "reqwest::"]))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_none(
        "`plugin` serves any provider; it is fit to become a crate of its own",
        &found,
    );
}

#[test]
fn the_frameworks_traits_are_implemented_in_the_bridge_files_only() {
    let found: Vec<_> = Source::below("src")
        .iter()
        .filter(|source| !BRIDGES.contains(&source.path.as_str()))
        .filter(|source| !source.path.starts_with("src/plugin"))
        .flat_map(|source| {
            source.holding(&[
                " Resource for ",
                " DataSource for ",
                " ListResource for ",
                " Function for ",
                " Provider for ",
                "Diagnostics",
            ])
        })
        .filter(|line| !line.starts_with("src/provider/diagnostics.rs"))
        .collect();
    assert_none(
        "nouns speak `Result`; only the bridge speaks `Option` and `Diagnostics`",
        &found,
    );
}

#[test]
fn nouns_do_not_know_each_other() {
    for noun in NOUNS {
        let others: Vec<_> = NOUNS
            .iter()
            .filter(|other| *other != noun)
            // The document that pools and routes are parts of: what data sources show of them is there.
            .filter(|other| **other != "routed_ipv6" || !noun.starts_with("routed_ipv6_"))
            .map(|other| format!("crate::{other}::"))
            .collect();
        let others: Vec<_> = others.iter().map(String::as_str).collect();
        let found: Vec<_> = Source::below(&format!("src/{noun}"))
            .iter()
            .flat_map(|source| source.holding(&others))
            .collect();
        assert_none(
            "what two nouns share belongs into `provider`, or into the document both are parts of",
            &found,
        );
    }
}

#[test]
fn a_model_takes_the_wire_type_apart_field_by_field() {
    let found: Vec<_> = Source::below("src")
        .iter()
        .filter(|source| source.path.ends_with("/model.rs"))
        .flat_map(|source| source.holding(&[".. }"]))
        .collect();
    assert_none(
        "without `..` a field that the API gains does not compile until somebody decides about it",
        &found,
    );
}

#[test]
fn nothing_prints() {
    let found: Vec<_> = Source::below("src")
        .iter()
        .filter(|source| !source.path.starts_with("src/plugin"))
        .flat_map(|source| {
            source.holding(&["println!", "print!(", "eprint", "stdout()", "stderr()"])
        })
        .collect();
    assert_none("stdout is the handshake and stderr is the log", &found);
}

#[test]
fn the_environment_is_read_in_its_own_room() {
    let found: Vec<_> = Source::below("src")
        .iter()
        .filter(|source| {
            source.path != "src/provider/config.rs" && !source.path.starts_with("src/plugin")
        })
        .flat_map(|source| source.holding(&["env::var", "env::vars", "env::temp_dir"]))
        .collect();
    assert_none(
        "only `provider/config.rs`, `plugin/` and `main.rs` read the environment",
        &found,
    );
}
