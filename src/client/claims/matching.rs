//! How many can have what they look for, one each: a maximum bipartite matching, by augmenting paths (Kuhn).

use std::collections::{HashMap, HashSet};

/// The most of those who could mean these objects that can have one each, when `taken` is no longer there.
pub(super) fn most<'a>(could_be: &[Vec<&'a str>], taken: Option<&'a str>) -> usize {
    let mut owners = HashMap::new();
    (0..could_be.len())
        .filter(|&who| find(who, could_be, &mut owners, &mut taken.into_iter().collect()))
        .count()
}

/// Finds an object for `who`; its owner finds another, if it must.
fn find<'a>(
    who: usize,
    could_be: &[Vec<&'a str>],
    owners: &mut HashMap<&'a str, usize>,
    tried: &mut HashSet<&'a str>,
) -> bool {
    could_be[who].iter().any(|&object| {
        if !tried.insert(object) {
            return false;
        }
        let owner = owners.get(object).copied();
        let is_free = owner.is_none_or(|owner| find(owner, could_be, owners, tried));
        if is_free {
            owners.insert(object, who);
        }
        is_free
    })
}

#[cfg(test)]
mod tests {
    use super::most;

    #[test]
    fn the_most_have_one_each() {
        #[track_caller]
        fn check(could_be: &[&[&str]], taken: Option<&str>, expected: usize) {
            let could_be: Vec<_> = could_be.iter().map(|one| one.to_vec()).collect();
            assert_eq!(
                most(&could_be, taken),
                expected,
                "{could_be:?} without {taken:?}"
            );
        }
        check(&[], Some("a"), 0);
        check(&[&[]], Some("a"), 0);
        check(&[&["a"]], Some("b"), 1);
        check(&[&["a"]], Some("a"), 0);
        check(&[&["a", "b"], &["a"]], Some("c"), 2);
        check(&[&["a", "b"], &["a", "c"], &["a"]], None, 3);
        check(&[&["a", "b"], &["a", "c"], &["a"]], Some("b"), 2);
    }
}
