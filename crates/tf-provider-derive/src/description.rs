//! Converts doc comments to descriptions.
//!
//! The lines of a paragraph are joined by a space, so that the text does not depend on where the
//! source wraps it. List items, headings, quotes, tables and code blocks keep their lines.

use syn::{Attribute, Error, Expr, ExprLit, Lit, Meta, Result};

/// Returns the text of the doc comments in `attributes`; `None` if there are none.
pub(crate) fn from_docs(attributes: &[Attribute]) -> Result<Option<String>> {
    let mut lines = Vec::new();
    for attribute in attributes {
        // `#[doc(hidden)]` and the like contain no text.
        let Meta::NameValue(doc) = &attribute.meta else {
            continue;
        };
        if !doc.path.is_ident("doc") {
            continue;
        }
        let Expr::Lit(ExprLit {
            lit: Lit::Str(line),
            ..
        }) = &doc.value
        else {
            return Err(Error::new_spanned(
                &doc.value,
                "a description must be literal text here; use `#[schema(description = …)]` for \
                 other expressions",
            ));
        };
        let line_text = line.value();
        if line_text.contains('\n') {
            return Err(Error::new(
                line.span(),
                "a description is written with `///`, one line each",
            ));
        }
        lines.push(line_text);
    }
    let text = join(lines.iter().map(String::as_str));
    Ok((!text.is_empty()).then_some(text))
}

/// The kind of the previous line.
#[derive(Clone, Copy, PartialEq)]
enum Previous {
    /// There is no previous line.
    Nothing,
    /// Text that the next line continues.
    Text,
    /// A list item, which the next line continues unless it is an item too.
    Item,
    /// A line that the next line does not continue.
    Whole,
    /// An empty line.
    Break,
    /// A line of a code block.
    Code,
}

/// Joins the lines of a doc comment.
fn join<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    let mut previous = Previous::Nothing;
    for line in lines {
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        let content = line.trim_start();
        let fence = content.starts_with("```") || content.starts_with("~~~");
        if previous == Previous::Code {
            text.push('\n');
            text.push_str(line);
            if fence {
                previous = Previous::Whole;
            }
            continue;
        }
        if content.is_empty() {
            if previous != Previous::Nothing {
                previous = Previous::Break;
            }
            continue;
        }
        let kind = if fence {
            Previous::Code
        } else if is_item(content, previous) {
            Previous::Item
        } else if is_whole(content) {
            Previous::Whole
        } else {
            Previous::Text
        };
        text.push_str(match (previous, kind) {
            (Previous::Nothing, _) => "",
            (Previous::Break, _) => "\n\n",
            (Previous::Text | Previous::Item, Previous::Text) => " ",
            _ => "\n",
        });
        let joined = kind == Previous::Text;
        text.push_str(if joined { content } else { line });
        // Text that continues an item stays part of it.
        if !(joined && previous == Previous::Item) {
            previous = kind;
        }
    }
    text
}

/// Whether a line begins a list item. In the middle of a paragraph, only `1.` begins a numbered
/// list: any other number may be the end of a sentence.
fn is_item(line: &str, previous: Previous) -> bool {
    if ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark)) {
        return true;
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = line.split_at(digits);
    let numbered = digits > 0 && (rest.starts_with(". ") || rest.starts_with(") "));
    numbered && (previous != Previous::Text || number == "1")
}

/// Whether a line is a heading, or part of a quote or table.
fn is_whole(line: &str) -> bool {
    line.starts_with(['>', '|'])
        || (line.starts_with('#') && line.trim_start_matches('#').starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::join;

    #[track_caller]
    fn check(lines: &str, expected: &str) {
        let lines: Vec<_> = lines.lines().map(|line| format!(" {line}")).collect();
        assert_eq!(join(lines.iter().map(String::as_str)), expected);
    }

    #[test]
    fn the_lines_of_a_paragraph_are_joined_by_a_space() {
        check("The pool's\nid.", "The pool's id.");
        check(
            "The length: 56 or\n48. It is fixed.",
            "The length: 56 or 48. It is fixed.",
        );
        check("One.  \n  Two.", "One. Two.");
        check("#1 of two\n#2", "#1 of two #2");
    }

    #[test]
    fn empty_lines_separate_paragraphs_and_are_dropped_at_both_ends() {
        check("One.\n\nTwo\nlines.", "One.\n\nTwo lines.");
        check("\nOne.\n\n\nTwo.\n\n", "One.\n\nTwo.");
        check("", "");
        check("\n\n", "");
    }

    #[test]
    fn list_items_keep_their_lines() {
        check(
            "Either:\n- one\n  item\n- two",
            "Either:\n- one item\n- two",
        );
        check("1. one\n2. two\n   more", "1. one\n2. two more");
        check("- one\n  - two", "- one\n  - two");
    }

    #[test]
    fn headings_quotes_tables_and_code_keep_their_lines() {
        check("# Title\nText\nmore.", "# Title\nText more.");
        check("> one\n> two", "> one\n> two");
        check("| a | b |\n| - | - |", "| a | b |\n| - | - |");
        check(
            "So:\n```hcl\na = 1\n\n  b = 2\n```\nDone.",
            "So:\n```hcl\na = 1\n\n  b = 2\n```\nDone.",
        );
    }
}
