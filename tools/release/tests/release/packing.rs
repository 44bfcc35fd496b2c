//! Packages are the same whenever and by whomever they are made, and the sbom says what is in them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use release::{Platform, hash, package, sbom};
use serde_json::Value;

use crate::fixture::{LOADED, Set, directory, elsewhere, host, names, program, project, write};

#[test]
fn a_package_depends_on_its_content_alone() {
    let packed = |age: u64| {
        let directory = directory();
        let program = write(&directory, "program", &program(elsewhere().1.arch, LOADED));
        let modified = SystemTime::now() - Duration::from_hours(age);
        let file = File::options().append(true).open(&program).expect("a file");
        file.set_modified(modified).expect("a time");
        let mut permissions = fs::metadata(&program).expect("a file").permissions();
        permissions.set_readonly(age > 0);
        fs::set_permissions(&program, permissions).expect("permissions");
        let package = package::pack(project(), elsewhere().1, &program, directory.path());
        fs::read(package.expect("a package")).expect("bytes")
    };
    assert_eq!(packed(0), packed(1000));
}

#[test]
fn a_release_made_again_is_the_same() {
    let set = Set::good();
    let sums = || fs::read_to_string(set.file(release::names::Kind::Sums)).expect("sums");
    let before = sums();
    let (target, platform) = elsewhere();
    let directory = directory();
    let program = write(&directory, "program", &program(platform.arch, LOADED));
    package::pack(project(), platform, &program, set.path()).expect("a package");
    sbom::write(project(), target, set.path()).expect("a sbom");
    set.reseal();
    assert_eq!(sums(), before);
}

/// The hash of a package is the one that Terraform writes into its lock file; known from an example
/// of ours that was installed.
#[test]
fn the_hash_of_a_package_is_that_of_its_content() {
    let one = |compression| {
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
    let stored = one(zip::CompressionMethod::Stored);
    assert_eq!(stored, one(zip::CompressionMethod::Deflated));
    // printf '' | sha256sum for `a` and `b`, the two lines summed and written in base64.
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
        let platform = Platform::of_target(host()).expect("a platform");
        package::pack(project(), platform, &program, directory.path()).map(drop)
    };
    pack(&project().version).expect("a package");
    let error = pack("9.9.9").expect_err("a refusal").to_string();
    assert!(
        error.contains("says `terraform-provider-hostup 9.9.9`"),
        "{error}"
    );
}

/// The components' names.
fn components(path: &Path) -> BTreeSet<String> {
    let sbom: Value = serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON");
    let components = sbom["components"].as_array().expect("components");
    let listed: Vec<_> = components
        .iter()
        .map(|one| one["bom-ref"].as_str().expect("a name"))
        .collect();
    for one in components {
        let expression = &one["licenses"][0]["expression"];
        assert!(
            expression.as_str().is_some_and(|it| !it.contains('/')),
            "{one}"
        );
    }
    let needed = sbom["dependencies"].as_array().expect("dependencies");
    let needed = needed
        .iter()
        .flat_map(|one| one["dependsOn"].as_array().expect("names"));
    for one in needed.map(|one| one.as_str().expect("a name")) {
        assert!(listed.contains(&one), "{one} is needed and not listed");
    }
    let names: BTreeSet<_> = components
        .iter()
        .map(|one| one["name"].as_str().expect("a name").to_owned())
        .collect();
    let different: BTreeSet<_> = listed.iter().collect();
    assert_eq!(different.len(), listed.len(), "a component is listed twice");
    names
}

#[test]
fn the_bill_lists_what_is_in_the_program_and_nothing_else() {
    let directory = directory();
    let here = components(&sbom::write(project(), host(), directory.path()).expect("a sbom"));
    for there in ["tokio", "ring", "tf-provider", "reqwest"] {
        assert!(here.contains(there), "{there} is missing");
    }
    for nowhere in [
        names().of(release::names::Kind::Manifest).as_str(),
        "async-trait",
        "insta",
        "serde_derive",
        "tonic-build",
        "zip",
        "terraform-provider-hostup",
    ] {
        assert!(!here.contains(nowhere), "{nowhere} is not in the program");
    }
}
