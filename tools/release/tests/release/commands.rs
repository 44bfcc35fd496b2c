//! The commands, and that they go on only when version, changelog and tag agree.

use crate::fixture::{Set, assert_done, assert_refused, directory, project, release};

#[test]
fn what_this_repository_says_of_its_version_agrees() {
    let notes = project().notes(None);
    assert!(!notes.expect("agreement").is_empty());
}

#[test]
fn no_command_goes_on_with_a_tag_of_another_version() {
    let directory = directory();
    let out = directory.path().to_str().expect("a path");
    for command in ["build", "pack", "seal", "verify", "notes"] {
        let run = release(&[command, "--out", out, "--tag", "v9.9.9"], &[]);
        assert_refused(&run, &["the tag is `v9.9.9`, but `Cargo.toml` says"]);
    }
}

#[test]
fn faults_are_said_and_the_command_fails() {
    let set = Set::good();
    let out = set.path().to_str().expect("a path");
    std::fs::write(set.path().join("notes.txt"), "").expect("a file");
    let run = release(&["verify", "--out", out, "--unsigned"], &[]);
    assert_refused(&run, &["`notes.txt`: no file of release", "faults: 1"]);
    let run = release(&["seal", "--out", out], &[]);
    assert_refused(&run, &["notes.txt` is not of the release", "take it away"]);
}

#[test]
fn nothing_is_sealed_without_a_package() {
    let directory = directory();
    let out = directory.path().to_str().expect("a path");
    assert_refused(
        &release(&["seal", "--out", out], &[]),
        &["holds no package of"],
    );
}

#[test]
fn what_is_not_known_is_refused_with_the_usage() {
    for arguments in [
        &["bild"][..],
        &[],
        &["seal", "--kee", "x"],
        &["seal", "--key"],
    ] {
        assert_refused(
            &release(arguments, &[]),
            &["usage: cargo run -p release -- COMMAND"],
        );
    }
    assert!(assert_done(&release(&["--help"], &[])).contains("usage:"));
}
