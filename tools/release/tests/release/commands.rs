//! The commands. They fail unless version, changelog and tag agree.

use crate::fixture::{Set, assert_done, assert_refused, directory, project, release};

#[test]
fn the_repositorys_version_and_changelog_agree() {
    let notes = project().notes(None);
    assert!(!notes.expect("notes").is_empty());
}

#[test]
fn every_command_fails_with_the_tag_of_another_version() {
    let directory = directory();
    let out = directory.path().to_str().expect("a path");
    for command in ["build", "pack", "checksums", "verify", "notes"] {
        let run = release(&[command, "--out", out, "--tag", "v9.9.9"], &[]);
        assert_refused(&run, &["the tag is `v9.9.9`, but `Cargo.toml` has version"]);
    }
}

#[test]
fn problems_are_reported_and_the_command_fails() {
    let set = Set::valid();
    let out = set.path().to_str().expect("a path");
    std::fs::write(set.path().join("notes.txt"), "").expect("a file");
    let run = release(&["verify", "--out", out, "--unsigned"], &[]);
    assert_refused(&run, &["`notes.txt`: this is not the name", "problems: 1"]);
    let run = release(&["checksums", "--out", out], &[]);
    assert_refused(&run, &["notes.txt` is not part of release", "remove it"]);
}

#[test]
fn checksums_need_a_package() {
    let directory = directory();
    let out = directory.path().to_str().expect("a path");
    assert_refused(
        &release(&["checksums", "--out", out], &[]),
        &["contains no package of"],
    );
}

#[test]
fn a_bad_argument_is_named_and_the_usage_is_printed() {
    for (arguments, expected) in [
        (&["bild"][..], "unknown command `bild`"),
        (&[], "a command is missing"),
        (&["verify", "notes"], "unexpected argument \"notes\""),
        (&["verify", "--kee", "x"], "invalid option '--kee'"),
        (&["build", "--key"], "missing argument for option '--key'"),
    ] {
        let expected = format!("{expected}\n\nusage: cargo run -p release -- COMMAND");
        assert_refused(&release(arguments, &[]), &[&expected]);
    }
    assert!(assert_done(&release(&["--help"], &[])).contains("usage:"));
}
