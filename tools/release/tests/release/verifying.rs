//! `verify` accepts a valid release, and reports what is wrong with which file of a damaged one.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};

use release::Names;
use release::names::{Kind, LICENSE, NOTICES};
use release::verify::problems;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::fixture::{LOADED, LOADER, Set, elsewhere, names, program};

fn package_kind() -> Kind {
    Kind::Package(elsewhere().1)
}

fn sbom_kind() -> Kind {
    Kind::Sbom(elsewhere().1)
}

/// Damages a valid release, and asserts that the problems found are those expected.
#[track_caller]
fn check(damage: impl FnOnce(&Set), expected: &[(Kind, &str)]) {
    let set = Set::valid();
    damage(&set);
    let found = problems(set.path(), &names(), None).expect("a directory");
    let is = |problem: &String, (kind, what): &(Kind, &str)| {
        problem.starts_with(&format!("`{}`: ", names().of(*kind))) && problem.contains(what)
    };
    for one in expected {
        assert!(
            found.iter().any(|problem| is(problem, one)),
            "no {one:?} in {found:#?}"
        );
    }
    let others: Vec<_> = found
        .iter()
        .filter(|problem| !expected.iter().any(|one| is(problem, one)))
        .collect();
    assert!(others.is_empty(), "also {others:#?}");
}

#[test]
fn a_valid_release_has_no_problem() {
    check(|_| {}, &[]);
}

#[test]
fn a_wrong_name_is_reported() {
    let set = Set::valid();
    let wrong = set
        .path()
        .join("terraform-provider-hostup_linux_x86_64.zip");
    fs::rename(set.file(package_kind()), &wrong).expect("a file");
    let found = problems(set.path(), &names(), None).expect("a directory");
    let text = found.join("\n");
    assert!(
        text.contains("`terraform-provider-hostup_linux_x86_64.zip`: this is not the name"),
        "{text}"
    );
    assert!(text.contains("lists it, but it is missing"), "{text}");
    assert!(text.contains("there is no package"), "{text}");
}

#[test]
fn a_release_of_another_version_is_reported() {
    let set = Set::valid();
    let found = problems(set.path(), &Names::new("9.9.9"), None).expect("a directory");
    let text = found.join("\n");
    for kind in [package_kind(), sbom_kind(), Kind::Manifest, Kind::Checksums] {
        let name = names().of(kind);
        let expected = format!("`{name}`: this is not the name of a file of release 9.9.9");
        assert!(text.contains(&expected), "{text}");
    }
}

#[test]
fn a_missing_file_is_reported() {
    check(
        |set| {
            fs::remove_file(set.file(Kind::Manifest)).expect("a file");
            unlist(set, Kind::Manifest);
        },
        &[(
            Kind::Manifest,
            "it is missing; `release checksums` creates it",
        )],
    );
    check(
        |set| {
            fs::remove_file(set.file(sbom_kind())).expect("a file");
            set.update_checksums();
        },
        &[(sbom_kind(), "it is missing; `release pack` creates it")],
    );
    check(
        |set| fs::remove_file(set.file(Kind::Checksums)).expect("a file"),
        &[(Kind::Checksums, "it is missing")],
    );
}

/// Removes a file's line from the checksums.
fn unlist(set: &Set, kind: Kind) {
    let checksums = fs::read_to_string(set.file(Kind::Checksums)).expect("checksums");
    let name = names().of(kind);
    let lines = checksums.lines().filter(|line| !line.ends_with(&name));
    let left: Vec<_> = lines.collect();
    fs::write(set.file(Kind::Checksums), left.join("\n")).expect("a file");
}

#[test]
fn a_missing_file_with_a_checksum_is_reported() {
    check(
        |set| fs::remove_file(set.file(Kind::Manifest)).expect("a file"),
        &[
            (Kind::Manifest, "it is missing"),
            (Kind::Manifest, "lists it, but it is missing"),
        ],
    );
}

#[test]
fn a_file_without_a_checksum_is_reported() {
    check(
        |set| unlist(set, sbom_kind()),
        &[(sbom_kind(), "SHA256SUMS` does not list it")],
    );
}

#[test]
fn a_changed_byte_is_reported() {
    check(
        |set| {
            let path = set.file(package_kind());
            let mut bytes = fs::read(&path).expect("a package");
            // The time in the first entry's header: the content stays readable.
            bytes[10] ^= 1;
            fs::write(path, bytes).expect("a file");
        },
        &[(package_kind(), "the file was changed later")],
    );
}

#[test]
fn checksums_in_another_format_are_reported() {
    check(
        |set| fs::write(set.file(Kind::Checksums), "no sum\n").expect("a file"),
        &[(
            Kind::Checksums,
            "`no sum` is not a SHA-256, two spaces and a name",
        )],
    );
}

#[test]
fn a_manifest_for_another_protocol_is_reported() {
    check(
        |set| {
            let manifest = r#"{"version": 1, "metadata": {"protocol_versions": ["5.0"]}}"#;
            fs::write(set.file(Kind::Manifest), manifest).expect("a file");
            // `update_checksums` would replace it.
            unlist(set, Kind::Manifest);
        },
        &[
            (Kind::Manifest, "the provider speaks 6.0"),
            (Kind::Manifest, "does not list it"),
        ],
    );
}

#[test]
fn an_sbom_of_another_program_is_reported() {
    check(
        |set| {
            let sbom =
                r#"{"bomFormat": "CycloneDX", "metadata": {"component": {"name": "other"}}}"#;
            fs::write(set.file(sbom_kind()), sbom).expect("a file");
            set.update_checksums();
        },
        &[(sbom_kind(), "it describes \"other\"")],
    );
}

/// A file in a package.
struct Entry {
    name: String,
    permissions: u32,
    content: Vec<u8>,
}

/// Edits the files in the package: the notices, the licence and the program.
fn edit_package(set: &Set, edit: impl FnOnce(&mut [Entry; 3])) {
    let path = set.file(package_kind());
    let mut package = ZipArchive::new(File::open(&path).expect("a package")).expect("a package");
    let program = names().program(elsewhere().1);
    let mut entries = [NOTICES, LICENSE, &program].map(|name| {
        let mut file = package.by_name(name).expect("a file");
        let mut content = Vec::new();
        file.read_to_end(&mut content).expect("bytes");
        Entry {
            name: name.to_owned(),
            permissions: file.unix_mode().expect("permissions"),
            content,
        }
    });
    edit(&mut entries);
    let mut package = ZipWriter::new(File::create(path).expect("a file"));
    for entry in entries {
        let options = SimpleFileOptions::default().unix_permissions(entry.permissions);
        package.start_file(entry.name, options).expect("an entry");
        package.write_all(&entry.content).expect("bytes");
    }
    package.finish().expect("a package");
    set.update_checksums();
}

/// Replaces the program in the package.
fn replace_program(set: &Set, bytes: &[u8]) {
    edit_package(set, |[.., program]| bytes.clone_into(&mut program.content));
}

/// Replaces text in the package's notices.
fn replace_in_notices(set: &Set, from: &str, to: &str) {
    edit_package(set, |[notices, ..]| {
        let text = String::from_utf8_lossy(&notices.content);
        notices.content = text.replacen(from, to, 1).into_bytes();
    });
}

#[test]
fn a_program_for_another_platform_is_reported() {
    let platform = elsewhere().1;
    let other = if platform.arch == "amd64" {
        "arm64"
    } else {
        "amd64"
    };
    check(
        |set| replace_program(set, &program(other, LOADED)),
        &[(
            package_kind(),
            &format!("for linux or freebsd {other}, but the name is for {platform}"),
        )],
    );
    check(
        |set| replace_program(set, b"#!/bin/sh\n"),
        &[(package_kind(), "the program in it is not an executable")],
    );
}

#[test]
fn a_program_that_needs_a_c_library_is_reported() {
    let platform = elsewhere().1;
    check(
        |set| replace_program(set, &program(platform.arch, LOADER)),
        &[(package_kind(), "build it for a target that ends in `-musl`")],
    );
}

#[test]
fn a_package_has_its_files_under_their_names_and_a_program_that_starts() {
    let name = names().program(elsewhere().1);
    check(|set| edit_package(set, |_| {}), &[]);
    check(
        |set| edit_package(set, |[_, _, program]| program.permissions = 0o644),
        &[(package_kind(), "permissions are 644 instead of 755")],
    );
    let expected = format!("it must contain `{LICENSE}`, `{NOTICES}` and `{name}`");
    for nth in 0..3 {
        check(
            |set| edit_package(set, |entries| "other".clone_into(&mut entries[nth].name)),
            &[(package_kind(), &expected)],
        );
    }
}

#[test]
fn a_crate_that_is_only_in_the_sbom_or_only_in_the_notices_is_reported() {
    let expected = |what: &str| format!("the package's `{NOTICES}`: {what}");
    check(
        |set| replace_in_notices(set, "* anyhow ", "anyhow "),
        &[(sbom_kind(), &expected("anyhow "))],
    );
    check(
        |set| replace_in_notices(set, "* ", "* other 1.0.0: MIT\n* "),
        &[(sbom_kind(), &expected("other 1.0.0: MIT"))],
    );
}

#[test]
fn a_file_that_is_not_a_zip_is_reported() {
    check(
        |set| {
            fs::write(set.file(package_kind()), "no zip").expect("a file");
            set.update_checksums();
        },
        &[(package_kind(), "it is not a zip file")],
    );
}
