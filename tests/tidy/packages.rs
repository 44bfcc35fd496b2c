//! Source files and dependencies.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use prost::Message;
use serde_json::Value;

use crate::Source;

/// The most lines of a file.
const MOST_LINES: usize = 400;

fn rust_files() -> Vec<Source> {
    ["src", "crates", "benches", "tests", "examples", "tools"]
        .into_iter()
        .flat_map(Source::below)
        .collect()
}

#[test]
fn every_file_opens_with_its_purpose() {
    let silent: Vec<_> = rust_files()
        .into_iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    assert!(
        silent.is_empty(),
        "these do not open with `//!` and a sentence: {silent:?}"
    );
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<_> = rust_files()
        .into_iter()
        .map(|source| (source.text.lines().count(), source.path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .collect();
    assert!(long.is_empty(), "split these: {long:?}");
}

#[test]
fn no_file_has_a_path_of_one_machine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = Command::new("git")
        .args(["ls-files"])
        .current_dir(root)
        .output()
        .expect("git");
    let files = String::from_utf8(listed.stdout).expect("names");
    let words: [String; 3] = ["work", "root", "home"].map(|place| format!("/{place}/"));
    let found: Vec<_> = files
        .lines()
        .filter_map(|file| Some((file, fs::read_to_string(root.join(file)).ok()?)))
        .filter(|(_, text)| {
            words.iter().any(|word| {
                text.contains(&format!(" {word}")) || text.contains(&format!("\"{word}"))
            })
        })
        .map(|(file, _)| file.to_owned())
        .collect();
    assert!(found.is_empty(), "a path of one machine is in {found:?}");
}

/// Returns cargo's metadata of the build for this machine. It needs no download of the crates of
/// other platforms.
fn metadata() -> Value {
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo passes its own path to the tests"
    )]
    let cargo = env::var_os("CARGO").expect("cargo");
    let run = |program: &OsStr, arguments: &[&str]| {
        Command::new(program)
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("a toolchain")
    };
    let compiler = run("rustc".as_ref(), &["-vV"]);
    let compiler = String::from_utf8_lossy(&compiler.stdout).into_owned();
    let host = compiler
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("a host");
    let metadata = run(
        &cargo,
        &[
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            host,
        ],
    );
    serde_json::from_slice(&metadata.stdout)
        .unwrap_or_else(|_| panic!("no metadata: {}", String::from_utf8_lossy(&metadata.stderr)))
}

fn packages(metadata: &Value) -> &[Value] {
    metadata["packages"].as_array().expect("packages")
}

#[test]
fn the_descriptor_set_is_that_of_the_locked_tf_provider() {
    let metadata = metadata();
    let framework = packages(&metadata)
        .iter()
        .find(|package| package["name"] == "tf-provider")
        .expect("tf-provider is locked");
    let version = framework["version"].as_str().expect("a version");
    let manifest = PathBuf::from(framework["manifest_path"].as_str().expect("a path"));
    let mut compiler =
        protox::Compiler::new([manifest.with_file_name("proto")]).expect("the definitions");
    compiler.include_imports(true).include_source_info(false);
    for file in ["plugin.proto", "tfplugin6.5.proto"] {
        compiler
            .open_file(file)
            .expect("a definition that compiles");
    }
    let expected =
        prost_types::FileDescriptorSet::decode(compiler.encode_file_descriptor_set().as_slice())
            .expect("a descriptor set");
    let path = format!("tools/tf-provider-{version}.descriptor");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
    let committed = fs::read(&file).unwrap_or_else(|error| panic!("`{path}`: {error}"));
    let committed =
        prost_types::FileDescriptorSet::decode(committed.as_slice()).expect("a descriptor set");
    assert_eq!(
        committed, expected,
        "`{path}` is not what tf-provider {version} ships"
    );
}

#[test]
fn the_build_has_one_copy_of_each_wire_crate_and_one_tls_provider() {
    let metadata = metadata();
    let shipped = shipped(&metadata);
    for name in ["tonic", "prost", "rustls", "tokio", "hyper", "rcgen"] {
        let copies: Vec<_> = shipped
            .iter()
            .filter(|id| id.contains(&format!("#{name}@")))
            .collect();
        assert_eq!(copies.len(), 1, "{name}: {copies:?}");
    }
    for banned in ["aws-lc-rs", "aws-lc-sys", "openssl-sys", "native-tls"] {
        let there = shipped.iter().any(|id| id.contains(&format!("#{banned}@")));
        assert!(
            !there,
            "{banned} must not be in the build: two TLS providers in one process panic"
        );
    }
}

/// Returns the packages that the provider is built from: the root's normal dependencies and theirs.
fn shipped(metadata: &Value) -> BTreeSet<String> {
    let nodes = metadata["resolve"]["nodes"]
        .as_array()
        .expect("a resolution");
    let root = metadata["resolve"]["root"]
        .as_str()
        .expect("a root package");
    let mut found = BTreeSet::new();
    let mut open = vec![root.to_owned()];
    while let Some(id) = open.pop() {
        let node = nodes
            .iter()
            .find(|node| node["id"] == *id)
            .expect("a node for every package");
        let normal = node["deps"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|dependency| {
                let kinds = dependency["dep_kinds"].as_array().into_iter().flatten();
                kinds.into_iter().any(|kind| kind["kind"].is_null())
            });
        open.extend(
            normal
                .filter_map(|dependency| dependency["pkg"].as_str().map(str::to_owned))
                .filter(|id| !found.contains(id)),
        );
        found.insert(id);
    }
    found
}
