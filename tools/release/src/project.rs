//! What is released: the version in `Cargo.toml`, its section of the changelog, and the tag.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::command;
use crate::names::{Names, PROVIDER};

/// The repository.
#[derive(Clone, Debug)]
pub struct Project {
    /// The root directory.
    pub root: PathBuf,
    /// Cargo's target directory.
    pub target_directory: PathBuf,
    /// The provider's version.
    pub version: String,
}

impl Project {
    /// Finds the repository that contains `directory`.
    ///
    /// # Errors
    /// When there is none.
    pub fn around(directory: &Path) -> Result<Self> {
        let mut cargo = Command::new("cargo");
        cargo.args(["metadata", "--no-deps", "--locked", "--format-version", "1"]);
        let metadata = command::run(cargo.current_dir(directory))?;
        let metadata: Value = serde_json::from_str(&metadata)?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let version = metadata["packages"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|package| package["name"] == PROVIDER)
            .and_then(|package| text(&package["version"]))
            .with_context(|| {
                format!(
                    "`{}` is not in the repository of {PROVIDER}",
                    directory.display()
                )
            })?;
        Ok(Self {
            root: text(&metadata["workspace_root"])
                .context("a workspace")?
                .into(),
            target_directory: text(&metadata["target_directory"])
                .context("a target directory")?
                .into(),
            version,
        })
    }

    /// Returns the names of the release's files.
    pub fn names(&self) -> Names {
        Names::new(&self.version)
    }

    /// Returns the changelog's section about this version.
    ///
    /// # Errors
    /// When version, changelog and tag disagree. The message says what to change.
    pub fn notes(&self, tag: Option<&str>) -> Result<String> {
        let changelog = fs::read_to_string(self.root.join("CHANGELOG.md"))
            .context("could not read `CHANGELOG.md`")?;
        section(&self.version, &changelog, tag)
    }
}

/// Returns the changelog's first section, which must be about `version`. With a tag, it must have a
/// date; without one, it may be `(unreleased)`.
fn section(version: &str, changelog: &str, tag: Option<&str>) -> Result<String> {
    if let Some(tag) = tag {
        ensure!(
            tag == format!("v{version}"),
            "the tag is `{tag}`, but `Cargo.toml` has version {version}, whose tag is `v{version}`"
        );
    }
    let sections = changelog.split_once("\n## ").map(|(_, rest)| rest);
    let section = sections
        .and_then(|rest| rest.split("\n## ").next())
        .with_context(|| {
            format!("`CHANGELOG.md` has no section; add `## {version} (unreleased)`")
        })?;
    let (heading, notes) = section.split_once('\n').unwrap_or((section, ""));
    let date = heading
        .strip_prefix(version)
        .and_then(|rest| rest.strip_prefix(" ("))
        .and_then(|rest| rest.strip_suffix(')'));
    match date {
        None => bail!(
            "the first section of `CHANGELOG.md` is `## {heading}`, but `Cargo.toml` has version \
             {version}: it must be `## {version} (2006-01-02)`, or `(unreleased)` without a tag"
        ),
        Some("unreleased") => ensure!(
            tag.is_none(),
            "`CHANGELOG.md` has {version} as unreleased: write the date before setting the tag"
        ),
        Some(date) => ensure!(
            is_date(date),
            "`CHANGELOG.md` has the date `{date}` for {version}; the format is `2006-01-02`"
        ),
    }
    ensure!(
        !notes.trim().is_empty(),
        "the section of {version} in `CHANGELOG.md` is empty"
    );
    Ok(format!("{}\n", notes.trim()))
}

fn is_date(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').map(str::len).collect();
    parts == [4, 2, 2] && text.bytes().all(|it| it.is_ascii_digit() || it == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNRELEASED: &str =
        "# Changelog\n\n## 1.2.3 (unreleased)\n\nNew.\n\n## 1.2.2 (2026-01-02)\n\nOld.\n";
    const RELEASED: &str = "# Changelog\n\n## 1.2.3 (2026-02-03)\n\nNew.\n";

    #[track_caller]
    fn check(version: &str, changelog: &str, tag: Option<&str>, expected: Result<&str, &str>) {
        match (section(version, changelog, tag), expected) {
            (Ok(notes), Ok(expected)) => assert_eq!(notes, expected),
            (Err(error), Err(expected)) => {
                assert!(error.to_string().contains(expected), "{error}");
            }
            (found, expected) => panic!("{found:?} is not {expected:?}"),
        }
    }

    #[test]
    fn version_changelog_and_tag_agree() {
        check("1.2.3", RELEASED, Some("v1.2.3"), Ok("New.\n"));
        check("1.2.3", RELEASED, None, Ok("New.\n"));
        check("1.2.3", UNRELEASED, None, Ok("New.\n"));
    }

    #[test]
    fn a_disagreement_is_reported() {
        let tag = Some("v1.2.3");
        check("1.2.3", UNRELEASED, tag, Err("has 1.2.3 as unreleased"));
        check("1.2.3", RELEASED, Some("1.2.3"), Err("the tag is `1.2.3`"));
        check(
            "1.2.3",
            RELEASED,
            Some("v1.3.0"),
            Err("the tag is `v1.3.0`"),
        );
        check("1.3.0", RELEASED, None, Err("is `## 1.2.3 (2026-02-03)`"));
        check("1.2.2", UNRELEASED, None, Err("is `## 1.2.3 (unreleased)`"));
        check("1.2.3", "# Changelog\n", None, Err("no section"));
        check(
            "1.2.3",
            "\n## 1.2.3 (soon)\n\nNew.",
            None,
            Err("the date `soon` for 1.2.3"),
        );
        check("1.2.3", "\n## 1.2.3 (2026-02-03)\n", None, Err("is empty"));
    }
}
