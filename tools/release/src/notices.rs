//! The third-party notices in a package: the crates in its program, and the texts of their
//! licences.
//!
//! The texts are the files that the crates' authors ship. A crate without such a file gets the
//! standard texts of the licences that its manifest names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use spdx::{Expression, ParseMode};

use crate::crates::{self, Crate};
use crate::names::PROVIDER;
use crate::project::Project;

/// Starts a line of the list of crates.
const ITEM: &str = "* ";
/// Separates the list and the texts.
const RULE: &str = "----------------------------------------------------------------";

/// Prefixes of names of files with licences, in lower case.
const FILES: &[&str] = &[
    "license",
    "licence",
    "copying",
    "copyright",
    "notice",
    "unlicense",
];

/// Returns the notices of the program for `target`.
///
/// # Errors
/// When cargo fails, a file can't be read, or there is no text of a crate's licence.
pub fn text(project: &Project, target: &str) -> Result<String> {
    let mut crates = crates::linked(project, target)?;
    crates.retain(|one| one.id.name != PROVIDER);
    let mut list = String::new();
    // Many crates ship the same text. Each text is written once, with the crates it is from.
    let mut texts = BTreeMap::<String, BTreeSet<String>>::new();
    for one in &crates {
        writeln!(list, "{ITEM}{}: {}", one.id, one.license)?;
        let found = license_texts(one)?;
        ensure!(
            !found.is_empty(),
            "there is no text of the licence of {}",
            one.id
        );
        for text in found {
            texts.entry(text).or_default().insert(one.id.to_string());
        }
    }
    let mut notices =
        format!("{PROVIDER} contains these crates. The texts of their licences follow.\n\n{list}");
    for (text, users) in texts {
        let users: Vec<_> = users.into_iter().collect();
        write!(
            notices,
            "\n{RULE}\nUsed by {}:\n\n{text}\n",
            users.join(", ")
        )?;
    }
    Ok(notices)
}

/// Reads the list of crates from notices: lines such as `serde 1.0.228: MIT OR Apache-2.0`.
pub(crate) fn read(notices: &str) -> BTreeSet<&str> {
    let list = notices.split(RULE).next().unwrap_or_default();
    list.lines()
        .filter_map(|line| line.strip_prefix(ITEM))
        .collect()
}

fn license_texts(one: &Crate) -> Result<BTreeSet<String>> {
    let mut texts = BTreeSet::new();
    collect(&one.directory, &mut texts)
        .with_context(|| format!("could not read `{}`", one.directory.display()))?;
    if texts.is_empty() {
        let expression = Expression::parse_mode(&one.license, ParseMode::LAX)
            .with_context(|| format!("the licence of {} is `{}`", one.id, one.license))?;
        let ids = expression
            .requirements()
            .filter_map(|it| it.req.license.id());
        texts.extend(ids.map(|id| format!("(standard text)\n\n{}", normalized(id.text()))));
    }
    Ok(texts)
}

/// Collects the licence files in `directory` and below: vendored code has licences of its own.
fn collect(directory: &Path, texts: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let is_license = || {
            path.extension() != Some("rs".as_ref())
                && FILES.iter().any(|prefix| name.starts_with(prefix))
        };
        if entry.file_type()?.is_dir() {
            collect(&path, texts)?;
        } else if is_license() {
            texts.insert(normalized(&String::from_utf8_lossy(&fs::read(&path)?)));
        }
    }
    Ok(())
}

/// Removes differences that don't matter, so that the same text is written once.
fn normalized(text: &str) -> String {
    let lines: Vec<_> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim_end)
        .collect();
    lines.join("\n").trim_matches('\n').to_owned()
}
