//! The registry's pages in `docs/` are rendered from the provider's schema, `templates/` and
//! `examples/`, and are current.
//!
//! A real core says what the schema is, as for the registry's own tools. `UPDATE_DOCS=1 cargo test
//! --test docs` renders the pages again. The guides' sources are in `templates/guides`, where the
//! registry's tools look for them; `docs/guides` has copies.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a check that can't be made fails by panicking, in helpers too"
)]

mod examples;
mod guides;
mod layout;
mod links;
mod page;
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use page::Page;

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn is_page(path: &str) -> bool {
    let extension = Path::new(path).extension();
    extension.is_some_and(|extension| extension == "md")
}

#[test]
fn the_pages_are_what_schema_and_examples_say() {
    let pages: BTreeMap<String, String> = page::all(&schema::of_the_provider())
        .into_iter()
        .map(|Page { path, text }| (path, text))
        .collect();
    #[expect(
        clippy::disallowed_methods,
        reason = "how a person asks for the pages to be written"
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
        "these pages are not what the schema, `templates/` and `examples/` say: {stale:?}\n\
         renew them: UPDATE_DOCS=1 cargo test --test docs (a guide is edited in `templates/guides`)"
    );
}

/// The generated pages as they are committed.
fn committed() -> BTreeMap<String, String> {
    let mut found = Vec::new();
    collect(&root().join("docs"), &mut found);
    found
        .into_iter()
        .map(|file| {
            (
                relative(&file),
                fs::read_to_string(&file).expect("a readable page"),
            )
        })
        .filter(|(path, _)| is_page(path))
        .collect()
}

/// A path as the repository names it.
fn relative(file: &Path) -> String {
    file.strip_prefix(root())
        .expect("a path in the repository")
        .display()
        .to_string()
}

/// Every file below a directory; none when there is no such directory.
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
