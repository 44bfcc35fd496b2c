//! What is released: the version in `Cargo.toml`, the changelog's section about it, and the tag.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::command;
use crate::names::{Names, PROVIDER};

/// The repository as the release sees it.
#[derive(Clone, Debug)]
pub struct Project {
    /// Where it lies.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target_directory: PathBuf,
    /// The provider's version.
    pub version: String,
}

impl Project {
    /// The repository in which `directory` lies.
    ///
    /// # Errors
    /// When it lies in none.
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
            .with_context(|| format!("`{}` is not in {PROVIDER}", directory.display()))?;
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

    /// The names of the files of its release.
    pub fn names(&self) -> Names {
        Names::new(&self.version)
    }

    /// What the changelog says of this version, if version, changelog and tag agree.
    ///
    /// # Errors
    /// When they don't. The message says what to change.
    pub fn notes(&self, tag: Option<&str>) -> Result<String> {
        let changelog = fs::read_to_string(self.root.join("CHANGELOG.md"))
            .context("could not read `CHANGELOG.md`")?;
        agreed(&self.version, &changelog, tag)
    }
}

/// The changelog's first section, which must be about `version`: with a tag, which says `version`
/// too, it has a date; without one it may still say `(unreleased)`.
fn agreed(version: &str, changelog: &str, tag: Option<&str>) -> Result<String> {
    if let Some(tag) = tag {
        ensure!(
            tag == format!("v{version}"),
            "the tag is `{tag}`, but `Cargo.toml` says {version}, whose tag is `v{version}`"
        );
    }
    let sections = changelog.split_once("\n## ").map(|(_, rest)| rest);
    let section = sections
        .and_then(|rest| rest.split("\n## ").next())
        .context("`CHANGELOG.md` has no section; they begin with `## 1.2.3 (unreleased)`")?;
    let (heading, notes) = section.split_once('\n').unwrap_or((section, ""));
    let date = heading
        .strip_prefix(version)
        .and_then(|rest| rest.strip_prefix(" ("))
        .and_then(|rest| rest.strip_suffix(')'));
    match date {
        None => bail!(
            "the first section of `CHANGELOG.md` is `## {heading}`, but `Cargo.toml` says {version}: it must \
             be `## {version} (2006-01-02)`, or `(unreleased)` until there is a tag"
        ),
        Some("unreleased") => ensure!(
            tag.is_none(),
            "`CHANGELOG.md` says that {version} is unreleased: put the date there before the tag is set"
        ),
        Some(date) => ensure!(
            is_date(date),
            "`CHANGELOG.md` dates {version} `{date}`; dates are written `2006-01-02`"
        ),
    }
    ensure!(
        !notes.trim().is_empty(),
        "`CHANGELOG.md` says nothing of {version}"
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
        match (agreed(version, changelog, tag), expected) {
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
    fn what_disagrees_is_said() {
        let tag = Some("v1.2.3");
        check("1.2.3", UNRELEASED, tag, Err("is unreleased"));
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
            Err("dates 1.2.3 `soon`"),
        );
        check(
            "1.2.3",
            "\n## 1.2.3 (2026-02-03)\n",
            None,
            Err("says nothing"),
        );
    }
}
