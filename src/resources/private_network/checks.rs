//! Checks of a private network that need no API.

use ipnet::Ipv4Net;
use tf_provider::value::Value;

use crate::framework::cidr;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::guide::Section;

use super::model::NetworkModel;

/// The API's limit, in characters.
const MAX_NAME_LENGTH: usize = 100;
/// The prefix length that the API requires.
const LENGTH: u8 = 21;
/// Private IPv4 space (RFC 1918).
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// Checks what is configured.
pub(super) fn offline(config: &NetworkModel, diagnostics: &mut Diagnostics) {
    if let Value::Value(name) = &config.name {
        let length = name.chars().count();
        if name.trim().is_empty() {
            diagnostics.error(
                Diagnostic::new(
                    "Invalid name",
                    "the name is empty; it must have 1 to 100 characters",
                )
                .at_attribute("name")
                .section(Section::Configuration),
            );
        } else if length > MAX_NAME_LENGTH {
            diagnostics.error(
                Diagnostic::new(
                    "Invalid name",
                    format!(
                        "the name has {length} characters; it must have 1 to {MAX_NAME_LENGTH}"
                    ),
                )
                .at_attribute("name")
                .section(Section::Configuration),
            );
        }
    }
    if let Value::Value(range) = &config.parent_cidr
        && let Err(diagnostic) = parent_cidr(range)
    {
        diagnostics.error(diagnostic.at_attribute("parent_cidr"));
    }
    if let Value::Value(region) = &config.region
        && let Err(reason) = check_region(region)
    {
        diagnostics.error(
            Diagnostic::new("Invalid region", reason)
                .at_attribute("region")
                .hint(
                    Section::Configuration,
                    "leave `region` out to let HostUp choose, or set one, such as `stockholm`",
                ),
        );
    }
}

/// HostUp's requests name a region by a slug, such as `stockholm`.
fn check_region(region: &str) -> Result<(), String> {
    let is_allowed =
        |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    if region.trim().is_empty() {
        Err("`region` is empty".to_owned())
    } else if region.chars().all(is_allowed) {
        Ok(())
    } else {
        Err(format!(
            "`{region}` is not a region; a region is one word of letters, digits, `-` and `_`"
        ))
    }
}

fn parent_cidr(text: &str) -> Result<(), Diagnostic> {
    let invalid =
        |reason: String| Diagnostic::new("Invalid range", reason).section(Section::Configuration);
    let network = cidr::ipv4_network(text).map_err(invalid)?;
    if network.prefix_len() != LENGTH {
        let diagnostic = invalid(format!(
            "`{text}` is a /{}; a private network is a /{LENGTH}",
            network.prefix_len()
        ));
        return Err(match Ipv4Net::new(network.addr(), LENGTH) {
            Ok(meant) => diagnostic.hint(
                Section::Configuration,
                format!("did you mean `{}`?", meant.trunc()),
            ),
            Err(_) => diagnostic,
        });
    }
    let private = PRIVATE
        .iter()
        .filter_map(|space| space.parse::<Ipv4Net>().ok())
        .any(|space| space.contains(&network));
    if !private {
        return Err(invalid(format!(
            "`{text}` is not in private IPv4 space: {}",
            PRIVATE.map(|space| format!("`{space}`")).join(", ")
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(text: &str, expected: &str) {
        let diagnostic = parent_cidr(text).expect_err("a refusal").into_diagnostic();
        let detail = diagnostic.detail.split("\n\nmore: ").next();
        assert_eq!(detail, Some(expected));
    }

    #[test]
    fn a_range_is_a_private_slash_21() {
        for range in ["10.42.0.0/21", "172.16.8.0/21", "192.168.248.0/21"] {
            assert!(parent_cidr(range).is_ok(), "{range}");
        }
        refuses(
            "10.42.0.0/24",
            "`10.42.0.0/24` is a /24; a private network is a /21\n\nhint: did you mean \
             `10.42.0.0/21`?",
        );
        refuses(
            "8.8.8.0/21",
            "`8.8.8.0/21` is not in private IPv4 space: `10.0.0.0/8`, `172.16.0.0/12`, \
             `192.168.0.0/16`",
        );
        refuses(
            "10.42.1.0/21",
            "`10.42.1.0/21` has bits set beyond its first 21; the network is `10.42.0.0/21`",
        );
    }
}
