//! The registry's pages in `docs/` are rendered from the provider's schema, `templates/` and
//! `examples/`, the import examples from the schema and `import.json`.
//!
//! The schema comes from a real core, as in the registry's own tools. `UPDATE_DOCS=1 cargo test
//! --test docs` writes pages and import examples. The guides' sources are in `templates/guides`,
//! where the registry's tools look for them; `docs/guides` has copies.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a check that can't be made fails by panicking, in helpers too"
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
pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// Whether a file is written by hand.
fn is_handmade(path: &str) -> bool {
    let (_, name) = path.rsplit_once('/').unwrap_or(("", path));
    let generated = if path.starts_with("docs/") {
        Path::new(path).extension().is_some_and(|it| it == "md")
    } else {
        name.starts_with("import") && name != "import.json"
    };
    !generated
}

#[test]
fn pages_and_import_examples_are_current() {
    let provider = schema::of_the_provider();
    let imports: BTreeMap<_, _> = imports::all(&provider).into_iter().collect();
    let mut pages: BTreeMap<_, _> = page::all(&provider, &imports).into_iter().collect();
    pages.extend(imports);
    #[expect(
        clippy::disallowed_methods,
        reason = "the setting with which a developer writes the pages"
    )]
    let update = env::var_os("UPDATE_DOCS").is_some();
    let there = committed();
    if update {
        // A guide without a source may be a new one: that is for a person to move.
        let unknown = there.keys().filter(|path| !pages.contains_key(*path));
        for path in unknown.filter(|path| !path.starts_with("docs/guides/")) {
            fs::remove_file(root().join(path)).expect("a page that can be removed");
        }
        for (path, text) in &pages {
            let file = root().join(path);
            fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
            fs::write(file, text).expect("a page that can be written");
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
         renew them: UPDATE_DOCS=1 cargo test --test docs (guides are edited in `templates/guides`)"
    );
}

/// The generated pages and import examples in the repository.
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
        .filter(|(path, _)| !is_handmade(path))
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
