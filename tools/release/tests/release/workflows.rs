//! Checks of the workflows that can be made without running them.

use std::collections::BTreeSet;
use std::fs;

use release::Platform;
use saphyr::{LoadableYamlNode, Yaml};

use crate::fixture::{assert_done, packages, project, release};

/// Returns the workflows' names and texts.
fn workflows() -> Vec<(String, String)> {
    let directory = project().root.join(".github/workflows");
    let files = fs::read_dir(&directory).expect("workflows");
    let mut workflows: Vec<_> = files
        .map(|file| {
            let path = file.expect("a file").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read_to_string(path).expect("a text"))
        })
        .collect();
    workflows.sort();
    assert_eq!(workflows.len(), 2, "release.yml and test.yml");
    workflows
}

fn workflow(name: &str) -> String {
    let mut workflows = workflows().into_iter();
    let (_, text) = workflows.find(|it| it.0 == name).expect("a workflow");
    text
}

fn document(text: &str) -> Yaml<'_> {
    Yaml::load_from_str(text).expect("YAML").swap_remove(0)
}

fn jobs<'a>(workflow: &'a Yaml<'a>) -> impl Iterator<Item = &'a Yaml<'a>> {
    workflow["jobs"].as_mapping().expect("jobs").values()
}

fn steps<'a>(job: &'a Yaml<'a>) -> &'a [Yaml<'a>] {
    // A job that calls another workflow has no steps.
    job.as_mapping_get("steps")
        .and_then(Yaml::as_sequence)
        .map_or(&[], Vec::as_slice)
}

fn texts<'a>(workflow: &'a Yaml<'a>, field: &str) -> Vec<&'a str> {
    let steps = jobs(workflow).flat_map(steps);
    steps
        .filter_map(|step| step.as_mapping_get(field)?.as_str())
        .collect()
}

/// Returns whether an action is given as `owner/name@COMMIT # v1.2.3`.
fn is_pinned(line: &str) -> bool {
    let Some((action, comment)) = line.split_once(" # v") else {
        return false;
    };
    let commit = action
        .split_once('@')
        .map(|(_, commit)| commit)
        .unwrap_or_default();
    commit.len() == 40
        && commit
            .bytes()
            .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
        && comment.split('.').all(|part| part.parse::<u32>().is_ok())
}

#[test]
fn every_action_is_pinned_by_its_commit() {
    for (name, text) in workflows() {
        let lines = text.lines().filter_map(|line| line.split_once("uses: "));
        let lines: Vec<_> = lines.map(|(_, action)| action).collect();
        // The YAML parser drops comments, so lines are read. Check that this finds every `uses`.
        assert_eq!(text.matches("uses").count(), lines.len(), "{name}");
        for line in lines.iter().filter(|line| !line.starts_with("./")) {
            assert!(
                is_pinned(line),
                "{name}: `{line}` must be `owner/name@COMMIT # v1.2.3`"
            );
        }
    }
}

#[test]
fn an_action_without_commit_or_version_is_not_pinned() {
    assert!(is_pinned(
        "a/b@0123456789abcdef0123456789abcdef01234567 # v1.2.3"
    ));
    assert!(!is_pinned("a/b@0123456789abcdef0123456789abcdef01234567"));
    assert!(!is_pinned("a/b@v1 # v1.2.3"));
    assert!(!is_pinned("a/b@main"));
}

#[test]
fn only_publishing_may_write() {
    for (name, text) in workflows() {
        let workflow = document(&text);
        let whole = workflow["permissions"]
            .as_mapping()
            .expect("permissions of the whole");
        assert!(
            whole.values().all(|it| it.as_str() == Some("read")),
            "{name}"
        );
        let writing =
            jobs(&workflow).filter_map(|job| job.as_mapping_get("permissions")?.as_mapping());
        let writing: Vec<_> = writing
            .flatten()
            .filter(|(_, access)| access.as_str() != Some("read"))
            .filter_map(|(what, _)| what.as_str())
            .collect();
        let expected: &[&str] = if name == "release.yml" {
            &["contents"]
        } else {
            &[]
        };
        assert_eq!(writing, expected, "{name}");
        // Otherwise the value could contain commands.
        for command in texts(&workflow, "run") {
            assert!(
                !command.contains("${{"),
                "{name}: pass the value with `env:` instead:\n{command}"
            );
        }
    }
}

#[test]
fn every_command_in_the_workflows_exists() {
    let usage = assert_done(&release(&["--help"], &[]));
    let mut called = BTreeSet::new();
    let packages = packages();
    let targets = packages.iter().filter_map(|it| it["targets"].as_array());
    let tests: BTreeSet<_> = targets
        .flatten()
        .filter(|target| target["kind"][0] == "test")
        .filter_map(|target| target["name"].as_str())
        .collect();
    for (name, text) in workflows() {
        for command in texts(&document(&text), "run") {
            if [".ci/", "tools/"].iter().any(|it| command.starts_with(it)) {
                assert!(project().root.join(command).is_file(), "{name}: {command}");
            }
            for line in command.lines() {
                let Some((_, arguments)) = line.split_once("-p release -- ") else {
                    continue;
                };
                let arguments = arguments.split(" > ").next().unwrap_or_default();
                let command = arguments.split(' ').next().unwrap_or_default();
                called.insert(command.to_owned());
                assert!(usage.contains(&format!("\n  {command} ")), "{name}: {line}");
                for option in arguments.split(' ').filter(|word| word.starts_with("--")) {
                    assert!(usage.contains(&format!("\n  {option} ")), "{name}: {line}");
                }
                assert!(
                    arguments.contains("--tag \"$GITHUB_REF_NAME\""),
                    "{name}: {line}"
                );
            }
            for test in command.split("--test ").skip(1) {
                let test = test.split_whitespace().next().unwrap_or_default();
                assert!(tests.contains(test), "{name}: there is no test `{test}`");
            }
        }
    }
    let expected = ["checksums", "notes", "pack", "verify"].map(str::to_owned);
    assert_eq!(called, BTreeSet::from(expected));
}

#[test]
fn every_platform_is_packed_once() {
    let text = workflow("release.yml");
    let workflow = document(&text);
    let matrix = &workflow["jobs"]["pack"]["strategy"]["matrix"]["include"];
    let mut platforms = BTreeSet::new();
    for one in matrix.as_sequence().expect("a list") {
        let target = one["target"].as_str().expect("a target");
        let platform = Platform::of_target(target).expect("a platform");
        assert_eq!(
            Platform::target_for(target),
            target,
            "programs for Linux are linked to musl"
        );
        assert!(
            platforms.insert(platform.to_string()),
            "{platform} is packed twice"
        );
    }
    for wanted in [
        "linux_amd64",
        "linux_arm64",
        "darwin_amd64",
        "darwin_arm64",
        "windows_amd64",
    ] {
        assert!(platforms.contains(wanted), "{wanted} is missing");
    }
}

#[test]
fn the_compiler_is_the_minimum_in_the_manifest() {
    let manifest = fs::read_to_string(project().root.join("Cargo.toml")).expect("a manifest");
    for (name, text) in workflows() {
        let workflow = document(&text);
        let compiler = workflow["env"]["RUST"].as_str().expect("a version");
        let (minor, _) = compiler.rsplit_once('.').expect("three numbers");
        assert!(
            manifest.contains(&format!("rust-version = \"{minor}\"")),
            "{name}: {compiler}"
        );
    }
}

#[test]
fn the_oldest_and_the_newest_cores_are_tested() {
    let text = workflow("test.yml");
    let workflow = document(&text);
    for job in ["terraform", "opentofu"] {
        let versions = &workflow["jobs"][job]["strategy"]["matrix"]["version"];
        let versions: Vec<_> = versions
            .as_sequence()
            .expect("a list")
            .iter()
            .filter_map(Yaml::as_str)
            .collect();
        assert_eq!(versions.first(), Some(&"~1.8.0"), "{job}");
        assert_eq!(versions.last(), Some(&"latest"), "{job}");
    }
}
