//! The registry's rules for every page, and the format of the examples.

use std::fs;
use std::process::Command;

use crate::{collect, relative, root, schema};

/// The directories that the registry reads.
const DIRECTORIES: [&str; 6] = [
    "docs",
    "docs/data-sources",
    "docs/functions",
    "docs/guides",
    "docs/list-resources",
    "docs/resources",
];

#[test]
fn every_page_has_the_front_matter_of_the_registry() {
    let mut pages = Vec::new();
    collect(&root().join("docs"), &mut pages);
    pages.retain(|page| page.extension().is_some_and(|kind| kind == "md"));
    assert!(pages.len() > 20, "only {} pages were found", pages.len());
    for page in pages {
        let path = relative(&page);
        let (directory, _) = path.rsplit_once('/').expect("a directory");
        assert!(
            DIRECTORIES.contains(&directory),
            "the registry does not read `{directory}`"
        );
        let text = fs::read_to_string(&page).expect("a page");
        check(&path, &text);
    }
}

#[track_caller]
fn check(path: &str, text: &str) {
    let mut lines: Vec<_> = text.lines().collect();
    // The registry groups pages by subcategory; the index is in no group.
    if path != "docs/index.md" {
        assert_eq!(
            lines.remove(2),
            "subcategory: \"\"",
            "{path}: no subcategory"
        );
    }
    let title = lines[1]
        .strip_prefix("page_title: \"")
        .and_then(|title| title.strip_suffix('"'));
    let description = lines[3].strip_prefix("  ").unwrap_or_default();
    assert!(
        title.is_some_and(|title| !title.is_empty()),
        "{path}: no title"
    );
    assert!(description.ends_with('.'), "{path}: no description");
    assert_eq!(
        [lines[0], lines[2], lines[4], lines[5]],
        ["---", "description: |-", "---", ""],
        "{path}: the front matter differs from that of the registry's own tools"
    );
    assert!(lines[6].starts_with("# "), "{path}: no heading");
    if path.starts_with("docs/guides/") {
        assert_eq!(
            title,
            lines[6].strip_prefix("# "),
            "{path}: title and heading differ"
        );
    }
}

#[test]
fn every_example_is_formatted() {
    let fmt = Command::new(&schema::core().program)
        .args(["fmt", "-check", "-recursive", "-no-color", "examples"])
        .current_dir(root())
        .env_remove("TF_CLI_CONFIG_FILE")
        .output()
        .expect("Terraform");
    assert!(
        fmt.status.success(),
        "`terraform fmt` would change these:\n{}{}",
        String::from_utf8_lossy(&fmt.stdout),
        String::from_utf8_lossy(&fmt.stderr)
    );
}
