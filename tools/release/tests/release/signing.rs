//! Signatures of the checksums. Only a signature by the right key in the registries' format is
//! accepted.

use std::fs;
use std::path::Path;
use std::process::Output;

use release::names::Kind;

use crate::fixture::{Set, assert_done, assert_refused, names, release};
use crate::key::Key;

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

/// Returns a valid, signed release.
fn signed(key: &Key) -> Set {
    let set = Set::valid();
    let stdout = assert_done(&sign(&set, key, &key.fingerprint));
    assert!(stdout.contains("signed by"), "{stdout}");
    set
}

fn sign(set: &Set, key: &Key, fingerprint: &str) -> Output {
    let arguments = ["checksums", "--out", text(set.path()), "--key", fingerprint];
    release(&arguments, &[("GNUPGHOME", key.home())])
}

fn verify(set: &Set, key: &Key) -> Output {
    let public = key.public();
    let key = ["--public-key", text(&public)];
    release(
        &[&["verify", "--out", text(set.path())][..], &key].concat(),
        &[],
    )
}

#[test]
fn a_signature_is_valid_until_the_checksums_or_the_signature_change() {
    let key = Key::new("rsa2048");
    let set = signed(&key);
    let stdout = assert_done(&verify(&set, &key));
    assert!(stdout.contains("valid release"), "{stdout}");

    let checksums = fs::read(set.file(Kind::Checksums)).expect("checksums");
    // Without the last line break the checksums are the same, and only the signature is not.
    fs::write(set.file(Kind::Checksums), checksums.trim_ascii_end()).expect("a file");
    assert_refused(
        &verify(&set, &key),
        &[
            "SHA256SUMS.sig`: it is not a valid signature",
            "BAD signature",
        ],
    );
    fs::write(set.file(Kind::Checksums), checksums).expect("a file");
    assert_done(&verify(&set, &key));

    let mut bytes = fs::read(set.file(Kind::Signature)).expect("a signature");
    *bytes.last_mut().expect("a byte") ^= 1;
    fs::write(set.file(Kind::Signature), bytes).expect("a file");
    assert_refused(
        &verify(&set, &key),
        &["SHA256SUMS.sig`: it is not a valid signature"],
    );
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let (key, other) = (Key::new("rsa2048"), Key::new("rsa2048"));
    let set = signed(&other);
    assert_refused(
        &verify(&set, &key),
        &["SHA256SUMS.sig`: it is not a valid signature by that key"],
    );
}

#[test]
fn a_signature_that_the_registries_refuse_is_refused() {
    let key = Key::new("ed25519");
    let set = signed(&key);
    assert_refused(
        &verify(&set, &key),
        &["the Terraform registry accepts only RSA and DSA"],
    );

    let (signature, checksums) = (set.file(Kind::Signature), set.file(Kind::Checksums));
    key.gpg(&[
        "--yes",
        "--armor",
        "--output",
        text(&signature),
        "--detach-sign",
        text(&checksums),
    ]);
    assert_refused(&verify(&set, &key), &["it is armoured"]);
}

#[test]
fn a_signature_by_an_expired_key_is_refused() {
    let (key, set) = (Key::expired(), Set::valid());
    let (signature, checksums) = (set.file(Kind::Signature), set.file(Kind::Checksums));
    let sign = [
        "--faked-system-time",
        "20200102T000000",
        "--output",
        text(&signature),
    ];
    key.gpg(&[&sign[..], &["--detach-sign", text(&checksums)]].concat());
    assert_refused(
        &verify(&set, &key),
        &["it is not a valid signature by that key", "expired"],
    );
}

#[test]
fn an_unsigned_release_is_accepted_only_with_the_option() {
    let key = Key::new("rsa2048");
    let set = signed(&key);
    let out = text(set.path());
    assert_refused(
        &release(&["verify", "--out", out, "--unsigned"], &[]),
        &["the release is signed"],
    );
    assert_refused(
        &release(&["verify", "--out", out], &[]),
        &["`verify` needs `--public-key FILE`"],
    );

    // New checksums without a key remove the signature of the old ones.
    let stdout = assert_done(&release(&["checksums", "--out", out], &[]));
    assert!(stdout.contains("NOT SIGNED"), "{stdout}");
    assert!(!set.file(Kind::Signature).exists());
    assert_done(&release(&["verify", "--out", out, "--unsigned"], &[]));
    let missing = format!("`{}`: it is missing", names().of(Kind::Signature));
    assert_refused(&verify(&set, &key), &[&missing]);
}

#[test]
fn signing_with_a_missing_key_fails() {
    let (key, set) = (Key::new("rsa2048"), Set::valid());
    assert_refused(&sign(&set, &key, "0123456789ABCDEF"), &["`gpg` failed"]);
    assert!(!set.file(Kind::Signature).exists());
}
