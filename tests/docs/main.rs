//! The registry's pages in `docs/` are rendered from the provider's schema, `templates/` and
//! `examples/`, the import examples from the schema and `import.json`.
//!
//! The schema comes from a real core, as in the registry's own tools. `UPDATE_DOCS=1 cargo test
//! --test docs` writes pages and import examples. The sources of the guides are in
//! `templates/guides`, where the registry's tools look for them; `docs/guides` has copies.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a check that cannot be made fails by panicking, in helpers too"
)]

mod examples;
mod guides;
mod imports;
mod layout;
mod links;
mod page;
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value};

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The members of a JSON object, sorted by name.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// Whether a file is a page or a generated import example.
fn is_generated(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    if path.starts_with("docs/") {
        Path::new(name).extension().is_some_and(|it| it == "md")
    } else {
        name.starts_with("import") && name != "import.json"
    }
}

fn write(path: &str, text: &str) {
    let file = root().join(path);
    fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
    fs::write(file, text).expect("a file that can be written");
}

#[test]
fn pages_and_import_examples_are_current() {
    let provider = schema::of_the_provider();
    let imports = imports::all(&provider);
    #[expect(
        clippy::disallowed_methods,
        reason = "the setting with which a developer writes the pages"
    )]
    let update = env::var_os("UPDATE_DOCS").is_some();
    // The pages show the import examples.
    for (path, text) in imports.iter().filter(|_| update) {
        write(path, text);
    }
    let mut pages: BTreeMap<_, _> = page::all(&provider).into_iter().collect();
    pages.extend(imports);
    let there = committed();
    if update {
        // A guide without a source may be new: a developer has to move it to `templates`.
        let unknown = there.keys().filter(|path| !pages.contains_key(*path));
        for path in unknown.filter(|path| !path.starts_with("docs/guides/")) {
            fs::remove_file(root().join(path)).expect("a page that can be removed");
        }
        for (path, text) in &pages {
            write(path, text);
        }
        return;
    }
    let mut stale: Vec<_> = pages
        .iter()
        .filter(|(path, text)| there.get(*path) != Some(text))
        .map(|(path, _)| path)
        .collect();
    stale.extend(there.keys().filter(|path| !pages.contains_key(*path)));
    assert!(
        stale.is_empty(),
        "these files are not current: {stale:?}\n\
         renew them: UPDATE_DOCS=1 cargo test --test docs (a guide is edited in `templates/guides`)"
    );
}

/// The generated files in the repository.
fn committed() -> BTreeMap<String, String> {
    let mut found = Vec::new();
    collect(&root().join("docs"), &mut found);
    collect(&root().join("examples/resources"), &mut found);
    found
        .into_iter()
        .map(|file| {
            (
                relative(&file),
                fs::read_to_string(&file).expect("a readable page"),
            )
        })
        .filter(|(path, _)| is_generated(path))
        .collect()
}

/// The path from the repository's root.
fn relative(file: &Path) -> String {
    file.strip_prefix(root())
        .expect("a path in the repository")
        .display()
        .to_string()
}

/// Adds every file below a directory; none when the directory does not exist.
fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
