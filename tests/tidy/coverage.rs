//! What the acceptance suite exercises: no attribute and no resource is left out.

use crate::Source;
use crate::schemas;

/// The text of the acceptance scenarios and of the examples they apply.
fn scenarios() -> String {
    let scenarios = Source::below("tests/acceptance");
    scenarios
        .into_iter()
        .map(|source| source.text)
        .collect::<Vec<_>>()
        .concat()
}

#[test]
fn every_attribute_is_exercised_by_some_scenario() {
    let text = scenarios();
    let words: std::collections::BTreeSet<_> = text
        .split(|character: char| !character.is_alphanumeric() && character != '_')
        .collect();
    let missing: Vec<_> = schemas::attributes()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| !words.contains(path.rsplit('.').next().unwrap_or_default()))
        .collect();
    assert!(missing.is_empty(), "no scenario mentions {missing:?}");
}

#[test]
fn every_resource_has_scenarios_of_each_kind() {
    let resources = [
        "hostup_routed_ipv6_pool",
        "hostup_routed_ipv6_route",
        "hostup_private_network",
    ];
    for module in [
        "life", "drift", "imports", "invalid", "refusals", "messages", "unknowns", "examples",
    ] {
        let text: String = Source::below("tests/acceptance")
            .into_iter()
            .filter(|source| source.path.ends_with(&format!("/{module}.rs")))
            .map(|source| source.text)
            .collect();
        for resource in resources {
            assert!(
                text.contains(resource),
                "{module} has nothing on {resource}"
            );
        }
    }
    // The rows of the fault matrix name operations, not types.
    let faults: String = Source::below("tests/acceptance/faults")
        .into_iter()
        .map(|source| source.text)
        .collect();
    for operation in ["allocate_pool", "create_route", "create_network"] {
        assert!(
            faults.contains(operation),
            "the fault matrix has no {operation}"
        );
    }
}
