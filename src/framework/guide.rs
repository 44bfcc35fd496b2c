//! Where more is said: the sections of `docs/guides/when-something-fails.md`.
//!
//! Every hint names one, so nobody has to search. It is named by its title: a guide has an address
//! in every registry, and none that is the same in all.

use std::fmt;

macro_rules! sections {
    ($($name:ident = $title:literal: $about:literal,)*) => {
        /// A section of the guide.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Section {
            $(#[doc = $about] $name,)*
        }

        impl Section {
            /// All of them, in the guide's order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its heading.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                }
            }
        }
    };
}

sections! {
    Key = "Key and scopes": "Who may do what.",
    Network = "Network and proxies": "What lies between us and the API.",
    RateLimits = "Rate limits": "The API wants to be asked less often.",
    Refused = "Refused by HostUp": "The API understood and said no.",
    Failures = "Failures at HostUp": "The API could not answer.",
    Time = "Time limits and interruptions": "It takes longer than it may, or somebody stopped it.",
    LostAnswers = "Lost answers": "Nobody knows what became of a request.",
    Configuration = "Invalid configuration": "What can be told without asking the API.",
    Pools = "Pools": "What is particular to pools.",
    Routes = "Routes": "What is particular to routes.",
    PrivateNetworks = "Private networks": "What is particular to private networks.",
    PrivateInterfaces = "Private interfaces": "What is particular to servers' private interfaces.",
    Lookups = "Lookups and imports": "Something is not found, or found twice.",
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Short enough for a terminal: it must not be wrapped.
        write!(
            f,
            "more: guide \"When something fails\", section \"{}\"",
            self.title()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: &str = include_str!("../../docs/guides/when-something-fails.md");

    #[test]
    fn the_sections_are_those_of_the_guide() {
        let headings: Vec<_> = GUIDE
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            // Errors of functions are the core's own messages, to which no hint can be added.
            .filter(|heading| *heading != "Functions")
            .collect();
        let titles: Vec<_> = Section::ALL.iter().map(|section| section.title()).collect();
        assert_eq!(titles, headings);
        assert!(GUIDE.contains("page_title: \"When something fails\""));
    }

    #[test]
    fn a_terminal_need_not_wrap_it() {
        for section in Section::ALL {
            assert!(section.to_string().len() <= 76, "{section}");
        }
    }
}
