//! The examples of the registry's pages, as they stand in `examples/`. Each noun applies those of
//! its resource.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::scenarios;
use crate::scene::{NETWORK, add_server_without_ipv6};
use crate::world::World;

scenarios![
    the_provider_block_of_the_index_is_enough,
    the_examples_of_data_sources_apply,
];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// The text of one example.
pub(crate) fn read(path: &str) -> String {
    let text = fs::read_to_string(directory().join(path));
    text.unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

/// The text of every example in the folders below `kind`.
pub(crate) fn read_all(kind: &str) -> String {
    let folders = fs::read_dir(directory().join(kind)).expect("examples");
    let mut files: Vec<_> = folders
        .map(|folder| folder.expect("a folder").path())
        .flat_map(|folder| fs::read_dir(folder).expect("an example"))
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no example is in `{kind}`");
    files
        .iter()
        .map(|file| fs::read_to_string(file).expect("an example"))
        .collect()
}

/// Asserts that the import examples in `folder` import the object with this id.
///
/// The examples have the id of HostUp's documents; `in_account` is used in its place.
pub(crate) fn assert_imports(
    world: &World,
    folder: &str,
    configuration: &str,
    in_account: &str,
    id: &str,
) {
    let documented = |text: &str| {
        let start = text.find("_01hxa3b4c5d6e7f8g9h0j1k2m3").map(|end| {
            let start = text[..end]
                .rfind(|c: char| !c.is_ascii_alphanumeric())
                .map_or(0, |at| at + 1);
            text[start..end + 27].to_owned()
        });
        start.map_or_else(|| text.to_owned(), |from| text.replace(&from, in_account))
    };
    let command = documented(&read(&format!("{folder}/import.sh")));
    let words: Vec<_> = command
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect();
    let ["terraform", "import", address, documented_id] = words[..] else {
        panic!("this is not one import: {command}");
    };
    world.configure(configuration);
    world.import(address, documented_id);
    world.assert_settled();
    assert_eq!(world.attribute(address, "id"), id);

    let mut blocks = vec!["import-by-string-id.tf"];
    if world.workspace.core().has_identity() {
        blocks.push("import-by-identity.tf");
    }
    for block in blocks {
        world.forget(address);
        let block = documented(&read(&format!("{folder}/{block}")));
        world.configure(&format!("{configuration}\n{block}"));
        world.mock.clear_requests();
        world.apply();
        world.assert_no_writes();
        assert_eq!(world.attribute(address, "id"), id);
        world.configure(configuration);
    }
}

fn the_provider_block_of_the_index_is_enough(world: &mut World) {
    let provider = read("provider/provider.tf");
    world
        .workspace
        .write("main.tf", &format!("{provider}\n{NETWORK}"))
        .expect("a configuration");
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
}

fn the_examples_of_data_sources_apply(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    add_server_without_ipv6(world, "old-01");
    let pool = world.foreign_pool();
    world.foreign_route(&pool, &web, 64);
    let network = world.foreign_network("backend", Some("stockholm"));
    world.configure(&read_all("data-sources"));
    world.apply();
    assert_eq!(
        world.output("routed_prefixes"),
        json!([world.mock.routes()[0]["prefix"]])
    );
    assert_eq!(world.output("network_ids"), json!({ network: "backend" }));
    assert_eq!(world.output("core_price"), "0.04 SEK an hour");
    let not_ready = world.output("not_ready");
    assert!(not_ready["old-01"].is_string(), "{not_ready}");
}
