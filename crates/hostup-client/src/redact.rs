//! Removes the key from text, also where JSON escapes spell it (`\/`, `\u002B`).

/// What replaces the key.
const REPLACEMENT: &str = "[key]";

/// Returns the text without the key, however JSON spells its characters.
pub(super) fn without(key: &str, text: &str) -> String {
    if key.is_empty() {
        return text.to_owned();
    }
    // The exact key first: a backslash in the key must not be taken for an escape.
    let text = text.replace(key, REPLACEMENT);
    if !text.contains('\\') {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        if let Some(after) = after_spelled(key, rest) {
            clean.push_str(REPLACEMENT);
            rest = after;
        } else {
            clean.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    clean
}

/// Returns what follows the key, if the text starts with it.
fn after_spelled<'a>(key: &str, text: &'a str) -> Option<&'a str> {
    key.chars().try_fold(text, |rest, c| {
        after_units(c, rest)
            .or_else(|| rest.strip_prefix('\\')?.strip_prefix(short(c)?))
            .or_else(|| rest.strip_prefix(c))
    })
}

/// Returns what follows the character, if the text starts with it as `\uXXXX` or two of these.
fn after_units(c: char, text: &str) -> Option<&str> {
    c.encode_utf16(&mut [0; 2])
        .iter()
        .try_fold(text, |rest, unit| {
            let (digits, rest) = rest.strip_prefix("\\u")?.split_at_checked(4)?;
            (u16::from_str_radix(digits, 16) == Ok(*unit)).then_some(rest)
        })
}

/// Returns what follows the backslash in a character's short escape. A key has no control
/// characters.
fn short(c: char) -> Option<char> {
    matches!(c, '"' | '\\' | '/').then_some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, text: &str, expected: &str) {
        assert_eq!(without(key, text), expected);
    }

    #[test]
    fn the_key_is_found_however_json_spells_it() {
        check("ab/c+d", "bad key ab/c+d, ab/c+d", "bad key [key], [key]");
        check("ab/c+d", r"bad key ab\/c+d.", "bad key [key].");
        check("ab/c+d", r"ab\/c\u002Bd ab\u002fc\u002bd", "[key] [key]");
        check("ab/c+d", r"\u0061\u0062\/\u0063+\u0064", "[key]");
        check(r#"a"b\c"#, r#"a\"b\\c a"b\c"#, "[key] [key]");
        check("kö😀y", r"k\u00f6\ud83d\ude00y", "[key]");
    }

    #[test]
    fn other_text_is_kept() {
        check("ab/c+d", r"ab\/c+e \u00 \ \\ ö", r"ab\/c+e \u00 \ \\ ö");
        check("", "any", "any");
    }
}
