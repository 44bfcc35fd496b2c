//! The examples that stand in the pages, in the registry's tree.

use std::fs;

use crate::root;

/// The text of an example.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("the page needs the example `{path}`: {error}"))
}
