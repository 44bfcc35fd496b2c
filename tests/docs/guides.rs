//! The guides: a scenario applies each configuration, and each message exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::{collect, relative, root};

/// The README and the guides.
fn written_by_hand() -> Vec<PathBuf> {
    let mut files = vec![root().join("README.md")];
    collect(&root().join("docs/guides"), &mut files);
    assert!(files.len() > 1, "there is no guide");
    files
}

fn read(file: &PathBuf) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("`{}`: {error}", file.display()))
}

/// The files in `examples/` that a core reads.
fn examples() -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&root().join("examples"), &mut files);
    files.retain(|file| {
        file.extension()
            .is_some_and(|kind| ["tf", "hcl", "sh"].iter().any(|it| kind == *it))
    });
    files
}

/// The code blocks of `text` in one of `languages`.
fn blocks<'a>(text: &'a str, languages: &[&str]) -> Vec<&'a str> {
    text.split("\n```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.split_once('\n'))
        .filter(|(language, _)| languages.contains(language))
        .map(|(_, code)| code)
        .collect()
}

#[test]
fn every_configuration_in_a_guide_is_part_of_an_example() {
    let examples: Vec<String> = examples().iter().map(read).collect();
    let mut checked = 0;
    for file in written_by_hand() {
        for block in blocks(&read(&file), &["terraform", "hcl"]) {
            checked += 1;
            assert!(
                examples.iter().any(|example| example.contains(block)),
                "no file in `examples/` contains this block of `{}`:\n{block}",
                relative(&file)
            );
        }
    }
    assert!(checked > 10, "only {checked} blocks were found");
}

#[test]
fn every_example_is_run_by_a_scenario() {
    let mut scenarios = Vec::new();
    collect(&root().join("tests/acceptance"), &mut scenarios);
    scenarios.retain(|file| file.extension().is_some_and(|kind| kind == "rs"));
    let scenarios: String = scenarios.iter().map(read).collect();
    for file in examples() {
        let path = relative(&file);
        let path = path.trim_start_matches("examples/");
        // A scenario names the file, or a folder that it is in.
        let (directory, _) = path.rsplit_once('/').unwrap_or(("", path));
        let is_in_a_folder = directory
            .match_indices('/')
            .map(|(end, _)| &directory[..end])
            .chain([directory])
            .any(|directory| scenarios.contains(&format!("\"{directory}\"")));
        assert!(
            is_in_a_folder || scenarios.contains(path),
            "no scenario runs `examples/{path}`"
        );
    }
}

#[test]
fn every_message_is_explained_in_the_guide() {
    let guide = guide();
    let messages = messages();
    assert!(messages.len() > 100, "only {} messages", messages.len());
    let unexplained: BTreeSet<_> = messages
        .iter()
        .filter(|message| {
            let section = message
                .split_once("more: guide When something fails, section ")
                .map(|(_, section)| section);
            !guide.iter().any(|(title, phrase)| {
                section.is_none_or(|section| section.starts_with(title.as_str()))
                    && contains(message, phrase)
            })
        })
        .collect();
    assert!(
        unexplained.is_empty(),
        "`when-something-fails.md` explains these messages not at all, or in another section than \
         they name:\n\n{}",
        unexplained
            .into_iter()
            .cloned()
            .collect::<Vec<_>>()
            .join("\n\n")
    );
}

/// What needs no section: messages of the core, values of a wrong kind, and lines that point to
/// another message.
const WITHOUT_SECTION: [&str; 5] = [
    "Invalid provider configuration",
    "Invalid function argument",
    "Error in function call",
    "Invalid value for",
    "another message of this run says what to do",
];

#[test]
fn every_message_names_the_section_that_explains_it() {
    let messages = messages();
    let without: Vec<_> = messages
        .iter()
        .filter(|message| !message.contains("more: guide When something fails, section "))
        .filter(|message| !WITHOUT_SECTION.iter().any(|it| message.contains(it)))
        .collect();
    assert!(without.is_empty(), "{without:#?}");
}

/// The sections of the guide with each message that they explain, which is in bold.
fn guide() -> Vec<(String, String)> {
    let text = read(&root().join("docs/guides/when-something-fails.md"));
    let mut explained = Vec::new();
    for section in text.split("\n## ").skip(1) {
        let (title, body) = section.split_once('\n').expect("a section has a body");
        let bold = body.split("**").skip(1).step_by(2);
        explained.extend(bold.map(|phrase| (title.to_owned(), plain(phrase))));
    }
    explained
}

/// Every message in the snapshots.
fn messages() -> Vec<String> {
    let mut files = Vec::new();
    collect(&root().join("tests/acceptance/snapshots"), &mut files);
    let mut messages = Vec::new();
    for file in files {
        let mut open = false;
        for line in read(&file).lines() {
            let begins = ["error: ", "warning: ", "Error: "]
                .iter()
                .any(|severity| line.starts_with(severity));
            if begins {
                messages.push(String::new());
            }
            open = begins || (open && !line.starts_with("# "));
            if open && let Some(message) = messages.last_mut() {
                message.push_str(line);
                message.push('\n');
            }
        }
    }
    messages.iter().map(|message| plain(message)).collect()
}

/// The words in one line, without quotes and backticks.
fn plain(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace(['`', '"'], "")
}

/// Whether `message` contains `phrase`, in which `…` stands for any text.
fn contains(message: &str, phrase: &str) -> bool {
    let mut rest = message;
    phrase.split('…').map(str::trim).all(|part| {
        rest.find(part)
            .map(|at| rest = &rest[at + part.len()..])
            .is_some()
    })
}
