//! Checks of a route that need no API.

use tf_provider::value::Value;
use tf_provider_server::value::Int;

use crate::framework::cidr;
use crate::framework::data_source::not_empty;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::guide::Section;

use super::model::RouteModel;

const LENGTHS: [i64; 3] = [48, 56, 64];

/// Checks what is configured.
pub(super) fn offline(config: &RouteModel, diagnostics: &mut Diagnostics) {
    let length = prefix_length(config, diagnostics);
    if let Value::Value(prefix) = &config.prefix
        && let Err(diagnostic) = check_prefix(prefix, length)
    {
        diagnostics.error(diagnostic);
    }
    if config.prefix.is_null() && config.prefix_length.is_null() {
        diagnostics.error(
            Diagnostic::new("No prefix", "neither `prefix` nor `prefix_length` is set")
                .at_attribute("prefix_length")
                .hint(
                    Section::Configuration,
                    "set `prefix_length = 64` to get the first free /64, or `prefix` to choose one",
                ),
        );
    }
    not_empty(
        [("pool_id", &config.pool_id), ("vps_id", &config.vps_id)],
        diagnostics,
    );
}

fn check_prefix(prefix: &str, configured_length: Option<i64>) -> Result<(), Diagnostic> {
    let invalid = |reason| {
        Diagnostic::new("Invalid prefix", reason)
            .at_attribute("prefix")
            .section(Section::Configuration)
    };
    let network = cidr::ipv6_network(prefix).map_err(invalid)?;
    let length = i64::from(network.prefix_len());
    if !LENGTHS.contains(&length) {
        return Err(invalid(format!(
            "`{prefix}` is a /{length}; HostUp routes prefixes of length 48, 56 and 64"
        )));
    }
    match configured_length {
        Some(configured) if configured != length => Err(Diagnostic::new(
            "Two different prefix lengths",
            format!("`prefix_length` is {configured}, and `prefix` is `{prefix}`, a /{length}"),
        )
        .at_attribute("prefix_length")
        .hint(
            Section::Configuration,
            "leave `prefix_length` out: `prefix` has the length already",
        )),
        _ => Ok(()),
    }
}

fn prefix_length(config: &RouteModel, diagnostics: &mut Diagnostics) -> Option<i64> {
    let Int(length) = *config.prefix_length.as_ref_option()?;
    if LENGTHS.contains(&length) {
        return Some(length);
    }
    diagnostics.error(
        Diagnostic::new(
            "Invalid prefix length",
            format!("HostUp routes prefixes of length 48, 56 and 64, not {length}"),
        )
        .at_attribute("prefix_length")
        .section(Section::Configuration),
    );
    None
}
