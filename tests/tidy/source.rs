//! The repository's Rust files, for the checks.

use std::fs;
use std::path::{Path, PathBuf};

/// One file.
pub(crate) struct Source {
    /// The path from the repository's root, with `/`.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
}

impl Source {
    /// Returns every Rust file below `directory` but generated ones.
    pub(crate) fn below(directory: &str) -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        collect(&root.join(directory), &mut files);
        files.sort();
        let sources: Vec<_> = files
            .into_iter()
            .filter(|file| {
                !file
                    .components()
                    .any(|part| part.as_os_str() == "generated")
            })
            .map(|file| Self {
                path: file
                    .strip_prefix(root)
                    .expect("a path below the root")
                    .display()
                    .to_string(),
                text: fs::read_to_string(&file).expect("a readable file"),
            })
            .collect();
        assert!(!sources.is_empty(), "no Rust file is below `{directory}`");
        sources
    }

    /// Returns the lines of code with their numbers, without comments and unit tests.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
            .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()))
            .filter(|(_, line)| !line.trim().is_empty())
    }

    /// Returns the lines of code that contain one of `words`, as `path:line: text`.
    pub(crate) fn holding(&self, words: &[&str]) -> Vec<String> {
        self.code()
            .filter(|(_, line)| words.iter().any(|word| line.contains(word)))
            .map(|(number, line)| format!("{}:{number}: {}", self.path, line.trim()))
            .collect()
    }
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory)
        .expect("a readable directory")
        .filter_map(Result::ok)
    {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
