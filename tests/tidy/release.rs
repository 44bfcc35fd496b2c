//! The release's manifest and names agree with the provider.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-hostup");

#[test]
fn the_provider_prints_the_version_of_its_manifest() {
    let run = Command::new(PROVIDER).arg("--version").output();
    let said = String::from_utf8(run.expect("a run").stdout).expect("text");
    let expected = format!(
        "{} {}\n",
        release::names::PROVIDER,
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(said, expected);
}

#[test]
fn the_provider_speaks_the_protocol_of_the_registry_manifest() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("terraform-registry-manifest.json");
    let manifest = fs::read(file).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    assert_eq!(
        manifest["metadata"]["protocol_versions"],
        json!([release::PROTOCOL])
    );

    // The cookie that a core sets. Without a client certificate the provider prints its line and
    // waits.
    let mut provider = Command::new(PROVIDER)
        .env(
            "TF_PLUGIN_MAGIC_COOKIE",
            "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
        )
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a process");
    let mut line = String::new();
    let stdout = provider.stdout.take().expect("a stream");
    let read = BufReader::new(stdout).read_line(&mut line);
    let _ = provider.kill();
    let _ = provider.wait();
    read.expect("a line");
    let spoken = line.split('|').nth(1).unwrap_or_default();
    assert_eq!(format!("{spoken}.0"), release::PROTOCOL, "{line:?}");
}
