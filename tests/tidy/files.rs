//! The files of the repository: text that people wrote, no downloads and no build results.

use std::fs;
use std::path::{Path, PathBuf};

/// More than the largest file of the repository, less than any package.
const MOST_BYTES: usize = 200_000;

/// The message definitions of tf-provider, as its crate has them.
const NOT_TEXT: &str = "tools/tf-provider-0.2.2.descriptor";

/// The names of what tools leave behind, which git ignores.
const LEFT_BEHIND: [&str; 5] = [".git", "target", "corpus", "artifacts", "coverage"];

#[test]
fn every_file_is_text_and_no_file_is_large() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(root, &mut files);
    assert!(files.len() > 100, "only {} files were found", files.len());
    let strangers: Vec<_> = files
        .into_iter()
        .filter(|file| {
            let bytes = fs::read(file).expect("a readable file");
            bytes.len() > MOST_BYTES || bytes.contains(&0) && !file.ends_with(NOT_TEXT)
        })
        .collect();
    assert!(
        strangers.is_empty(),
        "{strangers:?} do not belong in the repository"
    );
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a readable directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default();
        if LEFT_BEHIND.iter().any(|left| name == *left) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
