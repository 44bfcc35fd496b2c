//! The check passes a good release, and says of a broken one what is wrong with which file.

use std::fs::{self, File};
use std::io::Write as _;

use release::names::{Kind, LICENSE};
use release::verify::{Signer, faults};
use release::{Names, Platform, package};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::fixture::{LOADED, LOADER, Set, directory, elsewhere, names, program, project, write};

fn package_kind() -> Kind {
    Kind::Package(elsewhere().1)
}

fn bill_kind() -> Kind {
    Kind::Bill(elsewhere().1)
}

/// Breaks a good release, and asserts that every fault found is one of `expected`, and the other
/// way round.
#[track_caller]
fn check(breaking: impl FnOnce(&Set), expected: &[(Kind, &str)]) {
    let set = Set::good();
    breaking(&set);
    let found = faults(set.path(), &names(), Signer::Nobody).expect("a directory");
    let is = |fault: &String, (kind, what): &(Kind, &str)| {
        fault.starts_with(&format!("`{}`: ", names().of(*kind))) && fault.contains(what)
    };
    for one in expected {
        assert!(
            found.iter().any(|fault| is(fault, one)),
            "no {one:?} in {found:#?}"
        );
    }
    let others: Vec<_> = found
        .iter()
        .filter(|fault| !expected.iter().any(|one| is(fault, one)))
        .collect();
    assert!(others.is_empty(), "also {others:#?}");
}

#[test]
fn a_good_release_has_no_fault() {
    check(|_| {}, &[]);
}

#[test]
fn a_wrong_name_is_said() {
    let set = Set::good();
    let wrong = set
        .path()
        .join("terraform-provider-hostup_linux_x86_64.zip");
    fs::rename(set.file(package_kind()), &wrong).expect("a file");
    let found = faults(set.path(), &names(), Signer::Nobody).expect("a directory");
    let said = found.join("\n");
    assert!(
        said.contains("`terraform-provider-hostup_linux_x86_64.zip`: no file of release"),
        "{said}"
    );
    assert!(said.contains("lists it, and it is not there"), "{said}");
    assert!(said.contains("there is no package"), "{said}");
}

#[test]
fn a_release_of_another_version_is_said() {
    let set = Set::good();
    let found = faults(set.path(), &Names::new("9.9.9"), Signer::Nobody).expect("a directory");
    let said = found.join("\n");
    for kind in [package_kind(), bill_kind(), Kind::Manifest, Kind::Sums] {
        let name = names().of(kind);
        assert!(
            said.contains(&format!("`{name}`: no file of release 9.9.9")),
            "{said}"
        );
    }
}

#[test]
fn a_missing_file_is_said() {
    check(
        |set| {
            fs::remove_file(set.file(Kind::Manifest)).expect("a file");
            set_without(set, Kind::Manifest);
        },
        &[(Kind::Manifest, "it is missing; `release seal` makes it")],
    );
    check(
        |set| {
            fs::remove_file(set.file(bill_kind())).expect("a file");
            set.reseal();
        },
        &[(bill_kind(), "it is missing; `release pack` makes it")],
    );
    check(
        |set| fs::remove_file(set.file(Kind::Sums)).expect("a file"),
        &[(Kind::Sums, "it is missing")],
    );
}

/// Takes a line away from the sums.
fn set_without(set: &Set, kind: Kind) {
    let sums = fs::read_to_string(set.file(Kind::Sums)).expect("sums");
    let name = names().of(kind);
    let left: Vec<_> = sums.lines().filter(|line| !line.ends_with(&name)).collect();
    fs::write(set.file(Kind::Sums), left.join("\n")).expect("a file");
}

#[test]
fn a_file_that_is_listed_and_missing_is_said() {
    check(
        |set| fs::remove_file(set.file(Kind::Manifest)).expect("a file"),
        &[
            (Kind::Manifest, "it is missing"),
            (Kind::Manifest, "lists it, and it is not there"),
        ],
    );
}

#[test]
fn a_file_that_is_not_listed_is_said() {
    check(
        |set| set_without(set, bill_kind()),
        &[(bill_kind(), "SHA256SUMS` does not list it")],
    );
}

#[test]
fn a_changed_byte_is_said() {
    check(
        |set| {
            let path = set.file(package_kind());
            let mut bytes = fs::read(&path).expect("a package");
            // The time in the first entry's header: the content stays readable.
            bytes[10] ^= 1;
            fs::write(path, bytes).expect("a file");
        },
        &[(package_kind(), "it was changed after it was sealed")],
    );
}

#[test]
fn sums_in_another_form_are_said() {
    check(
        |set| fs::write(set.file(Kind::Sums), "no sum\n").expect("a file"),
        &[(
            Kind::Sums,
            "`no sum` is not a SHA-256, two spaces and a name",
        )],
    );
}

#[test]
fn a_manifest_for_another_protocol_is_said() {
    check(
        |set| {
            let manifest = r#"{"version": 1, "metadata": {"protocol_versions": ["5.0"]}}"#;
            fs::write(set.file(Kind::Manifest), manifest).expect("a file");
            // Sealing would put the right one there.
            set_without(set, Kind::Manifest);
        },
        &[
            (Kind::Manifest, "the provider speaks 6.0"),
            (Kind::Manifest, "does not list it"),
        ],
    );
}

#[test]
fn a_bill_of_something_else_is_said() {
    check(
        |set| {
            let sbom =
                r#"{"bomFormat": "CycloneDX", "metadata": {"component": {"name": "other"}}}"#;
            fs::write(set.file(bill_kind()), sbom).expect("a file");
            set.reseal();
        },
        &[(bill_kind(), "it is about \"other\"")],
    );
}

/// Packs these bytes in the good one's place.
fn repack(set: &Set, platform: Platform, bytes: &[u8]) {
    let directory = directory();
    let program = write(&directory, "program", bytes);
    package::pack(project(), platform, &program, set.path()).expect("a package");
    set.reseal();
}

#[test]
fn a_program_for_another_platform_is_said() {
    let platform = elsewhere().1;
    let other = if platform.arch == "amd64" {
        "arm64"
    } else {
        "amd64"
    };
    check(
        |set| repack(set, platform, &program(other, LOADED)),
        &[(
            package_kind(),
            &format!("for linux or freebsd {other}, and the name says {platform}"),
        )],
    );
    check(
        |set| repack(set, platform, b"#!/bin/sh\n"),
        &[(package_kind(), "what it holds is no program")],
    );
}

#[test]
fn a_program_that_needs_a_c_library_is_said() {
    let platform = elsewhere().1;
    check(
        |set| repack(set, platform, &program(platform.arch, LOADER)),
        &[(package_kind(), "build it for a target that ends in `-musl`")],
    );
}

/// A package made by somebody else.
fn handmade(set: &Set, program_name: &str, permissions: u32) {
    let mut package = ZipWriter::new(File::create(set.file(package_kind())).expect("a file"));
    let options = SimpleFileOptions::default().unix_permissions(permissions);
    package.start_file(LICENSE, options).expect("an entry");
    package.start_file(program_name, options).expect("an entry");
    package
        .write_all(&program(elsewhere().1.arch, LOADED))
        .expect("bytes");
    package.finish().expect("a package");
    set.reseal();
}

#[test]
fn what_is_in_a_package_has_the_right_name_and_can_be_started() {
    let right = names().program(elsewhere().1);
    check(|set| handmade(set, &right, 0o755), &[]);
    check(
        |set| handmade(set, &right, 0o644),
        &[(package_kind(), "permissions are 644, not 755")],
    );
    check(
        |set| handmade(set, "terraform-provider-hostup", 0o755),
        &[(
            package_kind(),
            &format!("it must hold `LICENSE` and `{right}`"),
        )],
    );
}

#[test]
fn what_is_no_zip_is_said() {
    check(
        |set| {
            fs::write(set.file(package_kind()), "no zip").expect("a file");
            set.reseal();
        },
        &[(package_kind(), "it is no zip")],
    );
}
