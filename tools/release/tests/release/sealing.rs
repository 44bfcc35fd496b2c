//! Signatures: made with a key, and refused unless they are that key's, of these sums, in the
//! registries' form.

use std::fs;
use std::path::Path;
use std::process::Output;

use release::names::Kind;

use crate::fixture::{Set, assert_done, assert_refused, names, release};
use crate::key::Key;

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

/// A good release, signed.
fn signed(key: &Key) -> Set {
    let set = Set::good();
    let arguments = ["seal", "--out", text(set.path()), "--key", &key.fingerprint];
    let said = assert_done(&release(&arguments, &[("GNUPGHOME", key.home())]));
    assert!(said.contains("signed by"), "{said}");
    set
}

fn verify(set: &Set, key: &Key) -> Output {
    let public = key.public();
    let arguments = [
        "verify",
        "--out",
        text(set.path()),
        "--public-key",
        text(&public),
    ];
    release(&arguments, &[])
}

#[test]
fn a_signature_is_good_until_a_byte_of_the_sums_or_of_itself_changes() {
    let key = Key::new("rsa2048");
    let set = signed(&key);
    let said = assert_done(&verify(&set, &key));
    assert!(said.contains("a good release of"), "{said}");

    let sums = fs::read(set.file(Kind::Sums)).expect("sums");
    // Another spelling of the same sums, which only the signature tells apart.
    let other = String::from_utf8(sums.clone()).expect("text") + "\n";
    let other = other.trim_end().to_owned();
    fs::write(set.file(Kind::Sums), other).expect("a file");
    assert_refused(
        &verify(&set, &key),
        &["SHA256SUMS.sig`: it is no good signature", "BAD signature"],
    );
    fs::write(set.file(Kind::Sums), sums).expect("a file");
    assert_done(&verify(&set, &key));

    let mut bytes = fs::read(set.file(Kind::Signature)).expect("a signature");
    *bytes.last_mut().expect("a byte") ^= 1;
    fs::write(set.file(Kind::Signature), bytes).expect("a file");
    assert_refused(
        &verify(&set, &key),
        &["SHA256SUMS.sig`: it is no good signature"],
    );
}

#[test]
fn a_signature_by_somebody_else_is_refused() {
    let (key, other) = (Key::new("rsa2048"), Key::new("rsa2048"));
    let set = signed(&other);
    assert_refused(
        &verify(&set, &key),
        &["SHA256SUMS.sig`: it is no good signature by that key"],
    );
}

#[test]
fn a_signature_that_registries_do_not_take_is_refused() {
    let key = Key::new("ed25519");
    let set = signed(&key);
    assert_refused(
        &verify(&set, &key),
        &["the Terraform registry takes RSA and DSA only"],
    );

    let (signature, sums) = (set.file(Kind::Signature), set.file(Kind::Sums));
    key.gpg(&[
        "--yes",
        "--armor",
        "--output",
        text(&signature),
        "--detach-sign",
        text(&sums),
    ]);
    assert_refused(&verify(&set, &key), &["it is armoured"]);
}

#[test]
fn a_signature_by_a_key_that_has_expired_is_refused() {
    let (key, set) = (Key::of_2020(), Set::good());
    let (signature, sums) = (set.file(Kind::Signature), set.file(Kind::Sums));
    let sign = [
        "--faked-system-time",
        "20200102T000000",
        "--output",
        text(&signature),
    ];
    key.gpg(&[&sign[..], &["--detach-sign", text(&sums)]].concat());
    assert_refused(
        &verify(&set, &key),
        &["it is no good signature by that key", "expired"],
    );
}

#[test]
fn a_release_without_a_signature_is_good_only_when_asked_so() {
    let key = Key::new("rsa2048");
    let set = signed(&key);
    let out = text(set.path());
    assert_refused(
        &release(&["verify", "--out", out, "--unsigned"], &[]),
        &["nobody to check it against"],
    );
    assert_refused(
        &release(&["verify", "--out", out], &[]),
        &["`verify` needs `--public-key FILE`"],
    );

    // Sealed again by somebody without the key, it has lost the signature.
    let said = assert_done(&release(&["seal", "--out", out], &[]));
    assert!(said.contains("NOT SIGNED"), "{said}");
    assert!(!set.file(Kind::Signature).exists());
    assert_done(&release(&["verify", "--out", out, "--unsigned"], &[]));
    let missing = format!("`{}`: it is missing", names().of(Kind::Signature));
    assert_refused(&verify(&set, &key), &[&missing]);
}

#[test]
fn a_key_that_is_not_there_signs_nothing() {
    let (key, set) = (Key::new("rsa2048"), Set::good());
    let arguments = [
        "seal",
        "--out",
        text(set.path()),
        "--key",
        "0123456789ABCDEF",
    ];
    assert_refused(
        &release(&arguments, &[("GNUPGHOME", key.home())]),
        &["`gpg` failed"],
    );
    assert!(!set.file(Kind::Signature).exists());
}
