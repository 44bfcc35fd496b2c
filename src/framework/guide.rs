//! The sections of `docs/guides/when-something-fails.md`.
//!
//! Every hint names one by its title, because the guide's address differs between registries.

use std::fmt;

macro_rules! sections {
    ($($name:ident = $title:literal: $about:literal,)*) => {
        /// A section of the guide.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Section {
            $(#[doc = $about] $name,)*
        }

        impl Section {
            /// All sections, in the guide's order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the heading.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                }
            }
        }
    };
}

sections! {
    Key = "Key and scopes": "The key and what it allows.",
    Network = "Network and proxies": "The connection to the API.",
    RateLimits = "Rate limits": "HostUp limits the number of requests.",
    Refused = "Refused by HostUp": "HostUp understood the request and refused it.",
    Failures = "Failures at HostUp": "HostUp could not handle the request.",
    Time = "Time limits and interruptions": "An operation took too long, or the user stopped it.",
    LostResponses = "Lost responses": "The outcome of a request is not known.",
    Configuration = "Invalid configuration": "What the provider finds without the API.",
    Pools = "Pools": "Messages about pools.",
    Routes = "Routes": "Messages about routes.",
    PrivateNetworks = "Private networks": "Messages about private networks.",
    PrivateInterfaces = "Private interfaces": "Messages about private interfaces.",
    Lookups = "Lookups and imports": "An object was not found, or several were.",
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Short enough that a terminal does not wrap it.
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
            // The core words the errors of functions, so they have no hint.
            .filter(|heading| *heading != "Functions")
            .collect();
        let titles: Vec<_> = Section::ALL.iter().map(|section| section.title()).collect();
        assert_eq!(titles, headings);
        assert!(GUIDE.contains("page_title: \"When something fails\""));
    }

    #[test]
    fn a_reference_fits_on_a_line_of_a_terminal() {
        for section in Section::ALL {
            assert!(section.to_string().len() <= 76, "{section}");
        }
    }
}
