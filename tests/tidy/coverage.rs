//! What the acceptance scenarios cover: everything that is served, and every attribute.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::Source;
use crate::schemas;
use crate::served::Names;

/// The kinds of scenarios that every resource has, in `tests/acceptance/resources`.
const OF_A_RESOURCE: [&str; 7] = [
    "life", "drift", "import", "invalid", "unknowns", "refusals", "examples",
];

const NOUNS: &str = "tests/acceptance/resources/";
const SNAPSHOTS: &str = "tests/acceptance/snapshots/";

/// The scenarios, and the snapshots of messages.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let snapshots = fs::read_dir(root.join(SNAPSHOTS)).expect("snapshots");
    let snapshots = snapshots
        .map(|entry| entry.expect("a snapshot"))
        .map(|entry| Source {
            path: format!("{SNAPSHOTS}{}", entry.file_name().display()),
            text: fs::read_to_string(entry.path()).expect("a snapshot"),
        });
    let mut sources = Source::below("tests/acceptance");
    sources.extend(snapshots);
    sources
}

/// What no scenario covers, a line each.
fn gaps(names: &Names, sources: &[Source]) -> Vec<String> {
    let mut gaps = Vec::new();
    for resource in &names.resources {
        let noun = resource.trim_start_matches("hostup_");
        let kinds = kinds(noun, sources);
        for kind in OF_A_RESOURCE {
            if !kinds.contains(kind) {
                gaps.push(format!("`{resource}` has no scenarios `{kind}`"));
            }
        }
        if !mention(sources, NOUNS, &format!("resource: \"{resource}\"")) {
            gaps.push(format!("`{resource}` has no row in the fault matrix"));
        }
        if !["\n", " ", "`"]
            .iter()
            .any(|end| mention(sources, SNAPSHOTS, &format!("{resource}{end}")))
        {
            gaps.push(format!("no snapshot has a message about `{resource}`"));
        }
    }
    for data_source in &names.data_sources {
        if !mention(sources, NOUNS, &format!("data \"{data_source}\" ")) {
            gaps.push(format!("no noun reads the data source `{data_source}`"));
        }
        if !mention(sources, NOUNS, &format!(" \"{data_source}\",")) {
            gaps.push(format!("no noun has wrong arguments of `{data_source}`"));
        }
    }
    for list in &names.lists {
        if !mention(sources, NOUNS, &format!("list(\"{list}\", ")) {
            gaps.push(format!("no noun queries the list `{list}`"));
        }
    }
    for function in &names.functions {
        let call = format!("{function}(");
        if !mention(sources, "tests/acceptance/functions", &call) {
            gaps.push(format!("no scenario calls `{function}`"));
        }
    }
    gaps
}

/// Whether a file whose path begins with `path` contains `text`. Escaped quotes count as quotes.
fn mention(sources: &[Source], path: &str, text: &str) -> bool {
    sources
        .iter()
        .filter(|source| source.path.starts_with(path))
        .any(|source| source.text.replace('\\', "").contains(text))
}

/// The kinds of scenarios that a noun has. In its folder a file is of the kind that it is named
/// after; its file lists scenarios by kind.
fn kinds(noun: &str, sources: &[Source]) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for source in sources {
        let Some(path) = source.path.strip_prefix(NOUNS) else {
            continue;
        };
        let Some((_, list)) = source.text.split_once("scenarios![") else {
            continue;
        };
        let list = list.split("];").next().unwrap_or_default();
        if path == format!("{noun}.rs") {
            let labelled = list.split(']').filter_map(|part| part.split_once(": ["));
            let filled = labelled.filter(|(_, scenarios)| !scenarios.trim().is_empty());
            kinds.extend(
                filled
                    .filter_map(|(kind, _)| kind.split_whitespace().last())
                    .map(str::to_owned),
            );
        } else if path.starts_with(&format!("{noun}/")) && !list.trim().is_empty() {
            let kind = path.rsplit('/').next().unwrap_or_default();
            kinds.insert(kind.trim_end_matches(".rs").to_owned());
        }
    }
    kinds
}

#[test]
fn everything_that_is_served_has_scenarios() {
    let gaps = gaps(&Names::served(), &sources());
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

#[test]
fn a_new_resource_data_source_list_or_function_lacks_scenarios() {
    let new = |name: &str| vec![name.to_owned()];
    let names = Names {
        resources: new("hostup_new"),
        data_sources: new("hostup_new"),
        lists: new("hostup_new"),
        functions: new("new"),
    };
    let gaps = gaps(&names, &sources());
    assert_eq!(
        gaps,
        [
            "`hostup_new` has no scenarios `life`",
            "`hostup_new` has no scenarios `drift`",
            "`hostup_new` has no scenarios `import`",
            "`hostup_new` has no scenarios `invalid`",
            "`hostup_new` has no scenarios `unknowns`",
            "`hostup_new` has no scenarios `refusals`",
            "`hostup_new` has no scenarios `examples`",
            "`hostup_new` has no row in the fault matrix",
            "no snapshot has a message about `hostup_new`",
            "no noun reads the data source `hostup_new`",
            "no noun has wrong arguments of `hostup_new`",
            "no noun queries the list `hostup_new`",
            "no scenario calls `new`",
        ]
    );
}

#[test]
fn a_resource_that_loses_the_scenarios_of_one_kind_has_a_gap() {
    let names = Names::served();
    for (resource, path, from, to) in [
        // In a folder, the file is gone, or its list is empty.
        (
            "hostup_private_network",
            "private_network/drift.rs",
            "scenarios![",
            "list![",
        ),
        (
            "hostup_private_network",
            "private_network/drift.rs",
            "scenarios![",
            "scenarios![];",
        ),
        // In a file, the kind is gone, or its list is empty.
        (
            "hostup_routed_ipv6_pool",
            "routed_ipv6_pool.rs",
            "drift: [",
            "shift: [",
        ),
        (
            "hostup_routed_ipv6_pool",
            "routed_ipv6_pool.rs",
            "drift: [",
            "drift: [],\n shift: [",
        ),
    ] {
        let mut sources = sources();
        let source = sources
            .iter_mut()
            .find(|source| source.path == format!("{NOUNS}{path}"))
            .expect("the file of the noun");
        assert!(source.text.contains(from), "{path}");
        source.text = source.text.replace(from, to);
        assert_eq!(
            gaps(&names, &sources),
            [format!("`{resource}` has no scenarios `drift`")]
        );
    }
}

#[test]
fn every_attribute_is_in_a_scenario() {
    let text: String = Source::below("tests/acceptance")
        .into_iter()
        .map(|source| source.text)
        .collect();
    let words: BTreeSet<_> = text
        .split(|character: char| !character.is_alphanumeric() && character != '_')
        .collect();
    let missing: Vec<_> = schemas::attributes()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| !words.contains(path.rsplit('.').next().unwrap_or_default()))
        .collect();
    assert!(missing.is_empty(), "no scenario has {missing:?}");
}
