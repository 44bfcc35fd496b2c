//! Packages are reproducible, and the SBOM and the notices list the crates in them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use release::names::Kind;
use release::{hash, notices, package, sbom};
use serde_json::Value;

use crate::fixture::{LOADED, Set, directory, elsewhere, host, program, project, write};

#[test]
fn a_package_depends_on_its_content_only() {
    let packed = |age: u64| {
        let directory = directory();
        let program = write(&directory, "program", &program(elsewhere().1.arch, LOADED));
        let modified = SystemTime::now() - Duration::from_hours(age);
        let file = File::options().append(true).open(&program).expect("a file");
        file.set_modified(modified).expect("a time");
        let mut permissions = fs::metadata(&program).expect("a file").permissions();
        permissions.set_readonly(age > 0);
        fs::set_permissions(&program, permissions).expect("permissions");
        let package = package::pack(project(), elsewhere().0, &program, directory.path());
        fs::read(package.expect("a package")).expect("bytes")
    };
    assert_eq!(packed(0), packed(1000));
}

#[test]
fn the_same_release_is_built_again() {
    let set = Set::valid();
    let checksums = || fs::read_to_string(set.file(Kind::Checksums)).expect("checksums");
    let before = checksums();
    let (target, platform) = elsewhere();
    let directory = directory();
    let program = write(&directory, "program", &program(platform.arch, LOADED));
    package::pack(project(), target, &program, set.path()).expect("a package");
    sbom::write(project(), target, set.path()).expect("an SBOM");
    set.update_checksums();
    assert_eq!(checksums(), before);
}

#[test]
fn the_hash_of_a_package_is_the_one_in_terraforms_lock_file() {
    let hash = |compression| {
        let directory = directory();
        let path = directory.path().join("package.zip");
        let mut package = zip::ZipWriter::new(File::create(&path).expect("a file"));
        let options = zip::write::SimpleFileOptions::default().compression_method(compression);
        for name in ["b", "a"] {
            package.start_file(name, options).expect("an entry");
        }
        package.finish().expect("a package");
        hash::h1(&path).expect("a hash")
    };
    let stored = hash(zip::CompressionMethod::Stored);
    assert_eq!(stored, hash(zip::CompressionMethod::Deflated));
    // The `sha256sum` lines of the empty files `a` and `b`, hashed and encoded in base64.
    assert_eq!(stored, "h1:+H4U1RxgoSX8C8FdvMVk0Iefn7Fm0+cQdmHBiw/tV50=");
}

#[cfg(unix)]
#[test]
fn a_program_of_another_version_is_not_packed() {
    use std::os::unix::fs::PermissionsExt;
    let pack = |version: &str| {
        let directory = directory();
        let script = format!("#!/bin/sh\necho terraform-provider-hostup {version}\n");
        let program = write(&directory, "program", script.as_bytes());
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("permissions");
        package::pack(project(), host(), &program, directory.path()).map(drop)
    };
    pack(&project().version).expect("a package");
    let error = pack("9.9.9").expect_err("an error").to_string();
    assert!(
        error.contains("prints `terraform-provider-hostup 9.9.9`"),
        "{error}"
    );
}

/// Reads the SBOM for `target`, checks its form, and returns the components' names.
fn components(target: &str) -> BTreeSet<String> {
    let directory = directory();
    let path = sbom::write(project(), target, directory.path()).expect("an SBOM");
    let sbom: Value = serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON");
    let components = sbom["components"].as_array().expect("components");
    let listed: Vec<_> = components
        .iter()
        .map(|one| one["bom-ref"].as_str().expect("a name"))
        .collect();
    for one in components {
        let expression = one["licenses"][0]["expression"].as_str();
        assert!(expression.is_some_and(|it| !it.contains('/')), "{one}");
    }
    let needed = sbom["dependencies"].as_array().expect("dependencies");
    let needed = needed
        .iter()
        .flat_map(|one| one["dependsOn"].as_array().expect("names"));
    for one in needed.map(|one| one.as_str().expect("a name")) {
        assert!(listed.contains(&one), "{one} is needed but not listed");
    }
    let different: BTreeSet<_> = listed.iter().collect();
    assert_eq!(different.len(), listed.len(), "a component is listed twice");
    let names = components.iter().map(|one| one["name"].as_str());
    names.map(|it| it.expect("a name").to_owned()).collect()
}

#[test]
fn the_sbom_lists_the_crates_in_the_program_and_no_others() {
    let listed = components(host());
    for name in ["tokio", "ring", "tf-provider", "reqwest"] {
        assert!(listed.contains(name), "{name} is missing");
    }
    for name in [
        "async-trait",
        "insta",
        "serde_derive",
        "tonic-build",
        "zip",
        "terraform-provider-hostup",
    ] {
        assert!(!listed.contains(name), "{name} is not in the program");
    }
}

#[test]
fn the_notices_have_a_licence_text_for_every_crate() {
    let notices = notices::text(project(), host()).expect("notices");
    let (list, texts) = notices.split_once("\n---").expect("texts");
    let listed: Vec<_> = list
        .lines()
        .filter_map(|it| it.strip_prefix("* "))
        .collect();
    assert!(listed.len() > 100, "{} crates", listed.len());
    let used: BTreeSet<_> = texts
        .lines()
        .filter_map(|line| line.strip_prefix("Used by ")?.strip_suffix(':'))
        .flat_map(|users| users.split(", "))
        .collect();
    for one in listed {
        let (id, _) = one.split_once(": ").expect("a licence");
        assert!(used.contains(id), "{id} has no text");
    }
    // The licences of code inside a crate, and of a crate without licence files.
    assert!(notices.contains("fiat-crypto"));
    assert!(notices.contains("(standard text)"));
    // The same text is written once.
    assert!(notices.len() < 500_000, "{} bytes", notices.len());
}
