//! The examples in the pages.

use std::fs;

use crate::root;

/// Returns the text of an example.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("the page needs the example `{path}`: {error}"))
}
