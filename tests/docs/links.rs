//! Links within the repository, in every Markdown file.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::root;

#[test]
fn every_link_within_the_repository_has_a_target() {
    let listed = Command::new("git")
        .args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "*.md",
        ])
        .current_dir(root())
        .output()
        .expect("git");
    let files = String::from_utf8(listed.stdout).expect("names");
    let mut broken = Vec::new();
    let mut checked = 0;
    // The links of a template are relative to the page that is rendered from it.
    for file in files.lines().filter(|file| !file.starts_with("templates/")) {
        let Ok(text) = fs::read_to_string(root().join(file)) else {
            continue;
        };
        for link in links(&text) {
            checked += 1;
            if !has_target(file, &text, link) {
                broken.push(format!("{file}: {link}"));
            }
        }
    }
    assert!(checked > 0, "no link was found");
    assert!(
        broken.is_empty(),
        "these links have no target:\n{}",
        broken.join("\n")
    );
}

/// The targets in `](…)`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}

fn has_target(file: &str, text: &str, link: &str) -> bool {
    if link.contains("://") || link.starts_with("mailto:") {
        return true;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() {
        text.to_owned()
    } else {
        let directory = Path::new(file).parent().unwrap_or(Path::new(""));
        let target = root().join(directory).join(path);
        if target.is_dir() {
            return true;
        }
        let Ok(text) = fs::read_to_string(target) else {
            return false;
        };
        text
    };
    anchor.is_empty() || anchors(&target).any(|known| known == anchor)
}

/// The anchors of headings and of `<a id="…">`.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    let headings = text
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title
                .chars()
                .filter(|character| character.is_alphanumeric() || " -_".contains(*character));
            kept.collect::<String>().replace(' ', "-")
        });
    let named = text
        .split("<a id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned);
    headings.chain(named)
}
